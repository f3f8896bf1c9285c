import Zlib

/// A compressed stream that grows while it is written: its blocks are compressed on a pool's threads, and their bytes
/// come out in order. The bytes depend on the content and on ``CompressionPool/compression``, and on nothing else.
final class CompressedStream {
    /// Takes compressed bytes; the buffer is valid during the call only.
    typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    private let pool: CompressionPool
    private let sink: Sink
    private let blockSize: Int
    private var current: [UInt8] = []
    private var previous: [UInt8] = []
    /// Blocks that are not written yet, the oldest first.
    private var pending: [CompressionBlock] = []
    /// How many there may be, which bounds the memory.
    private let limit: Int
    private var frame = GzipFrame()

    init(_ pool: CompressionPool, sink: @escaping Sink) throws {
        self.pool = pool
        self.sink = sink
        blockSize = pool.compression.blockSize
        limit = pool.workers * (blockSize > 1 << 20 ? 2 : 4)
        if pool.compression.compressor == .gzip {
            try GzipFrame.header(level: pool.compression.level).withUnsafeBytes { try sink($0) }
        }
    }

    /// Adds bytes.
    ///
    /// - Throws: `ZlibError` or `ZstdError`, or what the sink throws.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            if current.count == blockSize { try endBlock(isLast: false) }
            if current.capacity < blockSize { current.reserveCapacity(blockSize) }
            let piece = rest.prefix(blockSize - current.count)
            current.append(contentsOf: piece)
            rest = rest.dropFirst(piece.count)
        }
    }

    /// Ends the stream. Nothing may be written afterwards.
    ///
    /// - Throws: `ZlibError` or `ZstdError`, or what the sink throws.
    func finish() throws {
        try endBlock(isLast: true)
        while !pending.isEmpty { try writeOldest() }
        if pool.compression.compressor == .gzip { try frame.trailer.withUnsafeBytes { try sink($0) } }
    }

    private func endBlock(isLast: Bool) throws {
        let block = CompressionBlock(current, previous: previous, isLast: isLast)
        previous = pool.compression.compressor == .gzip ? current : []
        current = []
        pool.add(block)
        pending.append(block)
        guard pending.count > limit else { return }
        // Half of them at once: on a busy machine a thread that wakes up for each block comes too late for the next one,
        // and those that compress have nothing to do.
        let kept = limit / 2
        pending[pending.count - kept - 1].waitUntilDone()
        while pending.count > kept { try writeOldest() }
    }

    private func writeOldest() throws {
        let block = pending.removeFirst()
        let output = try block.wait()
        frame.add(checksum: output.checksum, size: block.bytes.count)
        try output.bytes.withUnsafeBytes { try sink($0) }
    }
}
