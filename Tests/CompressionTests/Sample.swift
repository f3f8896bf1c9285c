import Foundation
import HostSystem
import Synchronization
import SystemPackage
import TestSupport

@testable import Compression

/// Files to compress, and what became of them.
struct Sample {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Bytes that compress somewhat, the same in every run.
    static func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* $0) >> 7 ^ $0 / 1000) }
    }

    /// Bytes that no compressor makes smaller.
    static func noise(_ count: Int) -> [UInt8] {
        var generator: UInt64 = 88_172_645_463_325_252
        return (0..<count).map { _ in
            generator ^= generator << 13
            generator ^= generator >> 7
            generator ^= generator << 17
            return UInt8(truncatingIfNeeded: generator >> 32)
        }
    }

    func write(_ bytes: [UInt8], to name: String) throws -> FilePath {
        let path = directory.appending(name)
        try AtomicFile.write(bytes, to: path)
        return path
    }

    /// The level and blocks that make a test short.
    static func format(_ compressor: Compressor) -> CompressionFormat {
        CompressionFormat(compressor, level: 1, blockSize: 256 << 10)
    }

    /// Compresses files, and returns what became of each.
    static func compress(_ requests: [CompressionRequest], threads: Int) async throws
        -> [Result<CompressedFile, any Error>]
    {
        try await Blocking.run {
            let results = Mutex<[Int: Result<CompressedFile, any Error>]>([:])
            ParallelCompressor(threads: threads).compress(requests) { index, result in
                results.withLock { $0[index] = result }
            }
            return results.withLock { results in requests.indices.compactMap { results[$0] } }
        }
    }
}
