import Foundation
import HostSystem
import Synchronization
import SystemPackage
import Zlib

/// A compressed file that is being written: takes its blocks in any order and writes them in theirs.
final class CompressedOutput: Sendable {
    /// The bytes before a block that some formats look back to.
    static let dictionarySize = DeflateBlockCompressor.dictionarySize

    let request: CompressionRequest
    private let permits: DispatchSemaphore
    private let onEnd: @Sendable (Result<CompressedFile, any Error>) -> Void
    private let state: Mutex<State>

    private struct State {
        var frame: FileFrame
        var descriptor: FileDescriptor?
        var digest = Digest()
        var size: Int64 = 0
        /// Blocks that wait for those before them.
        var held: [Int: Result<CompressedBlock, any Error>] = [:]
        /// The block that is to be written next.
        var next = 0
        /// How many blocks there are; nil before all are read.
        var count: Int?
        var content: (digest: String, size: Int64)?
        var failure: (any Error)?
    }

    /// - Parameter permits: gets back what a block took, when the block is written.
    init(
        _ request: CompressionRequest, permits: DispatchSemaphore,
        onEnd: @escaping @Sendable (Result<CompressedFile, any Error>) -> Void
    ) {
        self.request = request
        self.permits = permits
        self.onEnd = onEnd
        state = Mutex(State(frame: FileFrame(request.format, name: request.source.lastComponent?.string ?? "content")))
    }

    /// True where no more blocks are of any use.
    var hasFailed: Bool { state.withLock { $0.failure != nil } }

    /// Takes a block.
    func add(_ block: Result<CompressedBlock, any Error>, at index: Int) {
        let end = state.withLock { state in
            state.held[index] = block
            while let block = state.held.removeValue(forKey: state.next) {
                state.next += 1
                permits.signal()
                if state.failure == nil { attempt(&state) { state in try write(block.get(), &state) } }
            }
            return outcome(&state)
        }
        if let end { onEnd(end) }
    }

    /// Says that there are no blocks after the first `count`.
    ///
    /// - Parameters:
    ///   - content: the digest and the size of all that was read.
    ///   - failure: why there are no more.
    func close(after count: Int, content: (digest: String, size: Int64)? = nil, failure: (any Error)? = nil) {
        let end = state.withLock { state in
            state.count = count
            state.content = content
            state.failure = state.failure ?? failure
            return outcome(&state)
        }
        if let end { onEnd(end) }
    }

    private func attempt(_ state: inout State, _ body: (inout State) throws -> Void) {
        do {
            try body(&state)
        } catch let reason as Errno {
            state.failure = CompressionError("cannot write \(request.destination): \(reason)")
        } catch {
            state.failure = error
        }
    }

    private func write(_ block: CompressedBlock, _ state: inout State) throws {
        if state.descriptor == nil {
            state.descriptor = try FileDescriptor.open(
                request.destination, .writeOnly, options: [.create, .truncate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try append(state.frame.header(), &state)
        }
        state.frame.add(block)
        try append(block.bytes, &state)
    }

    private func append(_ bytes: [UInt8], _ state: inout State) throws {
        try state.descriptor?.writeAll(bytes)
        bytes.withUnsafeBytes { state.digest.update($0) }
        state.size += Int64(bytes.count)
    }

    /// What became of the file, as soon as its last block is written.
    private func outcome(_ state: inout State) -> Result<CompressedFile, any Error>? {
        guard state.count == state.next else { return nil }
        if state.failure == nil { attempt(&state) { state in try append(state.frame.trailer(), &state) } }
        try? state.descriptor?.close()
        state.descriptor = nil
        guard state.failure == nil, let content = state.content else {
            unlink(request.destination.string)
            return .failure(state.failure ?? CompressionError("\(request.source) was not read to its end"))
        }
        return .success(
            CompressedFile(
                digest: state.digest.finish(), size: state.size, contentDigest: content.digest,
                contentSize: content.size))
    }
}
