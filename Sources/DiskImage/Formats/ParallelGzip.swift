import Foundation
import Zlib

/// A gzip stream (RFC 1952) whose blocks are compressed on all processors. Its bytes depend on its content and level
/// alone; its header holds no time and no name.
final class ParallelGzip {
    private static let blockSize = 1 << 20

    private let level: Int32
    private let sink: (UnsafeRawBufferPointer) throws -> Void
    private let batch = ParallelGzip.blockSize * 8 * ProcessInfo.processInfo.activeProcessorCount
    private var pending: [UInt8] = []
    /// The end of what was compressed last, which the next block looks back into.
    private var window: [UInt8] = []
    private var frame = GzipFrame()

    /// Starts a stream.
    ///
    /// - Parameter sink: takes compressed bytes; the buffer is valid during the call only.
    init(level: Int32, sink: @escaping (UnsafeRawBufferPointer) throws -> Void) throws {
        self.level = level
        self.sink = sink
        try GzipFrame.header(level: level).withUnsafeBytes(sink)
    }

    /// Adds bytes.
    ///
    /// - Throws: `ZlibError`, or what the sink throws.
    func write(_ bytes: some Collection<UInt8>) throws {
        pending.append(contentsOf: bytes)
        if pending.count >= batch { try compress(isLast: false) }
    }

    /// Ends the stream.
    ///
    /// - Throws: `ZlibError`, or what the sink throws.
    func finish() throws {
        try compress(isLast: true)
        try frame.trailer.withUnsafeBytes(sink)
    }

    /// Compresses the whole blocks of what is pending, or all of it as the last.
    private func compress(isLast: Bool) throws {
        let input = window + pending
        let start = window.count
        let whole = pending.count / Self.blockSize
        let count = isLast ? max(1, (pending.count + Self.blockSize - 1) / Self.blockSize) : whole
        let end = isLast ? input.count : start + whole * Self.blockSize
        let level = level
        let blocks = try Array(0..<count).concurrentMap { index in
            let first = start + index * Self.blockSize
            return try Self.compress(
                input, first..<min(first + Self.blockSize, end), level: level, isLast: isLast && index == count - 1)
        }
        for block in blocks {
            frame.add(checksum: block.checksum, size: block.size)
            try block.bytes.withUnsafeBytes(sink)
        }
        window = Array(input[max(0, end - DeflateBlockCompressor.dictionarySize)..<end])
        pending = Array(input[end...])
    }

    private struct Block {
        let bytes: [UInt8]
        let checksum: UInt
        let size: Int
    }

    private static func compress(
        _ input: [UInt8], _ range: Range<Int>, level: Int32, isLast: Bool
    ) throws -> Block {
        try input.withUnsafeBytes { input in
            let block = UnsafeRawBufferPointer(rebasing: input[range])
            let window = max(0, range.lowerBound - DeflateBlockCompressor.dictionarySize)..<range.lowerBound
            let bytes = try DeflateBlockCompressor(level: level).compress(
                block, dictionary: UnsafeRawBufferPointer(rebasing: input[window]), isLast: isLast)
            return Block(bytes: bytes, checksum: GzipFrame.checksum(block), size: block.count)
        }
    }
}
