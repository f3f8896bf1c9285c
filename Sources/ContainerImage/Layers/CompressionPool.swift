import Dispatch
import Foundation
import Synchronization
import Zlib
import Zstd

/// Threads that compress the blocks of all layers that are being written.
///
/// They are threads of their own because those that write the layers block while they wait for them, and Dispatch adds
/// threads for blocked ones only after a while.
final class CompressionPool: Sendable {
    let compression: LayerCompression
    let workers: Int

    private let queue = Mutex<[CompressionBlock]>([])
    /// One for each block in the queue, and one for each thread that shall end.
    private let signals = DispatchSemaphore(value: 0)

    /// Starts the threads; ``close()`` ends them.
    init(_ compression: LayerCompression, workers: Int) {
        self.compression = compression
        self.workers = max(1, workers)
        for _ in 0..<self.workers {
            let thread = Thread { [self] in work() }
            thread.stackSize = 512 << 10
            thread.start()
        }
    }

    /// Takes a block, which is compressed after those that were taken before it.
    func add(_ block: CompressionBlock) {
        queue.withLock { $0.append(block) }
        signals.signal()
    }

    /// Ends the threads as soon as nothing is left to do. Nothing may be added afterwards.
    func close() {
        for _ in 0..<workers { signals.signal() }
    }

    private func work() {
        let compressor = Result { try BlockCompressor(compression) }
        while true {
            signals.wait()
            let block = queue.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            guard let block else { return }
            block.finish(Result { try compressor.get().compress(block) })
        }
    }
}

/// What one thread compresses with.
private enum BlockCompressor {
    case gzip(DeflateBlockCompressor)
    case zstd(ZstdCompressor)

    init(_ compression: LayerCompression) throws {
        switch compression.compressor {
        case .gzip: self = .gzip(try DeflateBlockCompressor(level: compression.level))
        case .zstd: self = .zstd(try ZstdCompressor(level: compression.level))
        }
    }

    func compress(_ block: CompressionBlock) throws -> CompressionBlock.Output {
        try block.bytes.withUnsafeBytes { bytes in
            switch self {
            case .gzip(let compressor):
                try block.previous.withUnsafeBytes { previous in
                    CompressionBlock.Output(
                        bytes: try compressor.compress(
                            bytes,
                            dictionary: UnsafeRawBufferPointer(
                                rebasing: previous.suffix(DeflateBlockCompressor.dictionarySize)),
                            isLast: block.isLast), checksum: GzipFrame.checksum(bytes))
                }
            case .zstd(let compressor):
                CompressionBlock.Output(bytes: try compressor.frame(bytes), checksum: 0)
            }
        }
    }
}
