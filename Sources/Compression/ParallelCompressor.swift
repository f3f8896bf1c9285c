import Foundation
import Synchronization
import SystemPackage

/// Compresses files block by block on some threads, all files as one queue: while the last blocks of one are under way,
/// the next one has begun. What comes out does not depend on the number of threads.
public struct ParallelCompressor: Sendable {
    /// How many blocks are compressed at the same time.
    public let threads: Int

    /// A compressor on this many threads.
    public init(threads: Int) { self.threads = max(1, threads) }

    /// How many blocks there may be between being read and being written. It bounds the memory, and how many files are
    /// begun before the first of them is complete.
    private var limit: Int { 2 * threads }

    /// Compresses the files in their order. Blocks until all are done.
    ///
    /// - Parameter onEnd: called once for each request, from any thread, with its index and what became of it. A file that
    ///   fails keeps none of the others from being compressed.
    public func compress(
        _ requests: [CompressionRequest],
        onEnd: @escaping @Sendable (Int, Result<CompressedFile, any Error>) -> Void
    ) {
        let permits = DispatchSemaphore(value: limit)
        let outputs = requests.enumerated().map { index, request in
            CompressedOutput(request, permits: permits) { onEnd(index, $0) }
        }
        let queue = CompressionQueue(outputs, permits: permits)
        let group = DispatchGroup()
        for _ in 0..<threads {
            group.enter()
            // Threads of their own: Dispatch adds threads for blocked ones only after a while.
            let thread = Thread {
                queue.work()
                group.leave()
            }
            thread.name = "compress"
            thread.start()
        }
        group.wait()
    }

    /// Compresses the files in their order. Blocks until all are done.
    ///
    /// - Returns: the compressed files, in the order of the requests.
    /// - Throws: the failure of the first file that has one: `CompressionError`, or `Errno`.
    public func compress(_ requests: [CompressionRequest]) throws -> [CompressedFile] {
        let results = Results()
        compress(requests) { index, result in results.values.withLock { $0[index] = result } }
        let values = results.values.withLock { $0 }
        return try values.sorted { $0.key < $1.key }.map { try $0.value.get() }
    }

    private final class Results: Sendable {
        let values = Mutex<[Int: Result<CompressedFile, any Error>]>([:])
    }

    /// The bytes that compressed files take at most before those that they replace can go.
    ///
    /// - Parameter files: the size that each is expected to have, and the file that it is made of.
    public func space(for files: [(expected: Int64, size: Int64, format: CompressionFormat)]) -> Int64 {
        var most: Int64 = 0
        for first in files.indices {
            var sum = files[first].expected
            var between = 0
            for next in files.indices.dropFirst(first + 1) where between + 2 <= limit {
                sum += files[next].expected
                between += max(1, Int(files[next].size) / files[next].format.blockSize)
            }
            most = max(most, sum)
        }
        return most
    }
}
