import Foundation
import HostSystem
import LibArchive
import SystemPackage
import TestSupport
import Testing
import Zlib

@testable import ContainerImage

/// The judges are gzip, Python and zstd.
@Suite struct CompressionTests {
    /// Compresses somewhat, and refers back over the borders of blocks.
    static func sample(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* $0) >> 7 ^ $0 / 1000) }
    }

    /// The stream's bytes, when the content comes in pieces.
    static func compress(
        _ content: [UInt8], _ compression: LayerCompression, workers: Int = 2, pieces: Int = 100_000
    ) throws -> [UInt8] {
        let pool = CompressionPool(compression, workers: workers)
        defer { pool.close() }
        var result: [UInt8] = []
        let stream = try CompressedStream(pool) { result += $0 }
        for start in stride(from: 0, to: content.count, by: pieces) {
            try content[start..<min(start + pieces, content.count)].withUnsafeBytes { try stream.write($0) }
        }
        try stream.finish()
        return result
    }

    static let counts = [0, 1, 256 << 10, (256 << 10) + 1, 2 << 20, 5_000_000]

    @Test(arguments: counts)
    func gzipAndPythonReadOneMember(count: Int) async throws {
        let directory = try TemporaryDirectory()
        let content = Self.sample(count)
        let file = directory.appending("sample.gz")
        try AtomicFile.write(try Self.compress(content, .gzip), to: file)
        try await Command("gzip", ["-t", file.string]).run()
        #expect(try await Command("gzip", ["-dc", file.string]).run().standardOutput == content)
        // A decompressor for one member must find nothing after it.
        let program = """
            import hashlib, sys, zlib
            stream = zlib.decompressobj(31)
            content = stream.decompress(open(sys.argv[1], 'rb').read())
            print(hashlib.sha256(content).hexdigest(), stream.eof, len(stream.unused_data))
            """
        let output = try await Command("python3", ["-c", program, file.string]).run()
        #expect(output.text == "\(Digest.of(content)) True 0")
    }

    @Test(arguments: counts)
    func zstdReadsTheFrames(count: Int) async throws {
        let directory = try TemporaryDirectory()
        let content = Self.sample(count)
        let file = directory.appending("sample.zst")
        try AtomicFile.write(try Self.compress(content, LayerCompression(.zstd)), to: file)
        #expect(try await Command("zstd", ["-dcq", file.string]).run().standardOutput == content)
    }

    @Test(arguments: LayerCompression.Compressor.allCases)
    func bytesDependOnNeitherThreadsNorPieces(compressor: LayerCompression.Compressor) throws {
        let content = Self.sample(3_000_000)
        for level in [1, 6, 9] {
            let compression = try LayerCompression(compressor, level: level)
            let one = try Self.compress(content, compression, workers: 1)
            #expect(try Self.compress(content, compression, workers: 2, pieces: 777) == one)
            #expect(try Self.compress(content, compression, workers: 7, pieces: 3_000_000) == one)
        }
    }

    @Test func blocksHelpEachOther() throws {
        // The second half is the first one again, across a border of blocks.
        let half = Self.sample(3_000).map { $0 &* 251 }
        let content = [UInt8](repeating: 0, count: (256 << 10) - 3_000) + half + half
        let alone = try Self.compress(half, .gzip).count
        #expect(try Self.compress(content, .gzip).count < alone + 600)
    }

    @Test func levelsAreThoseOfTheCompressor() throws {
        #expect(try LayerCompression(.gzip) == .gzip)
        #expect(try LayerCompression(.zstd).level == 3)
        for (compressor, level) in [(LayerCompression.Compressor.gzip, 10), (.gzip, 0), (.zstd, 20), (.zstd, -1)] {
            #expect(throws: ContainerImageError.self) { try LayerCompression(compressor, level: level) }
        }
        let error = #expect(throws: ContainerImageError.self) { try LayerCompression(.gzip, level: 12) }
        #expect(error?.description == "gzip has no level 12; it has 1 (fast) to 9 (small)")
    }

    @Test func aSinkThatFailsEndsTheStream() throws {
        struct Full: Error {}
        let pool = CompressionPool(.gzip, workers: 2)
        defer { pool.close() }
        var count = 0
        let stream = try CompressedStream(pool) { bytes in
            count += bytes.count
            if count > 100_000 { throw Full() }
        }
        let content = Self.sample(20_000_000)
        #expect(throws: Full.self) { try content.withUnsafeBytes { try stream.write($0) } }
    }
}
