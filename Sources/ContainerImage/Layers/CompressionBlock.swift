import Dispatch
import Synchronization

/// A piece of a stream on its way through a ``CompressionPool``.
final class CompressionBlock: Sendable {
    /// What became of it.
    struct Output: Sendable {
        let bytes: [UInt8]
        /// The CRC-32 of the input; 0 where the format has none.
        let checksum: UInt
    }

    let bytes: [UInt8]
    /// The block before it; empty for the first one.
    let previous: [UInt8]
    let isLast: Bool

    private let output = Mutex<Result<Output, any Error>?>(nil)
    private let done = DispatchSemaphore(value: 0)

    init(_ bytes: [UInt8], previous: [UInt8], isLast: Bool) {
        self.bytes = bytes
        self.previous = previous
        self.isLast = isLast
    }

    /// Called once, by the thread that compressed it.
    func finish(_ result: Result<Output, any Error>) {
        output.withLock { $0 = result }
        done.signal()
    }

    /// Waits until it is compressed.
    func waitUntilDone() {
        done.wait()
        // For whoever asks next.
        done.signal()
    }

    /// What it was compressed to, as soon as it is.
    ///
    /// - Throws: the compressor's error.
    func wait() throws -> Output {
        waitUntilDone()
        guard let result = output.withLock({ $0 }) else { return Output(bytes: [], checksum: 0) }
        return try result.get()
    }
}
