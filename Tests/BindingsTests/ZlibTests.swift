import HostSystem
import TestSupport
import Testing
import Zlib

@Suite struct ZlibTests {
    /// Bytes that compress somewhat, the same in every run.
    static let sample: [UInt8] = (0..<700_000).map { UInt8(truncatingIfNeeded: ($0 &* $0) >> 7 ^ $0 / 1000) }

    static func compress(_ content: [UInt8], pieces: Int) throws -> [UInt8] {
        var result: [UInt8] = []
        let compressor = try GzipCompressor()
        for start in stride(from: 0, to: content.count, by: pieces) {
            try content[start..<min(start + pieces, content.count)].withUnsafeBytes { piece in
                try compressor.write(piece) { result += $0 }
            }
        }
        try compressor.finish { result += $0 }
        return result
    }

    static func decompress(_ bytes: [UInt8], pieces: Int = 1000) throws -> [UInt8] {
        var rest = bytes[...]
        let decompressor = try GzipDecompressor { buffer in
            let piece = rest.prefix(min(pieces, buffer.count))
            buffer.copyBytes(from: piece)
            rest = rest.dropFirst(piece.count)
            return piece.count
        }
        var result: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
        defer { buffer.deallocate() }
        while case let count = try decompressor.read(into: buffer), count > 0 { result += buffer[..<count] }
        return result
    }

    @Test func gzipReadsWhatIsWritten() async throws {
        let directory = try TemporaryDirectory()
        let file = directory.appending("sample.gz")
        try AtomicFile.write(Self.compress(Self.sample, pieces: 10_000), to: file)
        let output = try await Command("gzip", ["-dc", file.string]).run()
        #expect(output.standardOutput == Self.sample)
    }

    @Test func bytesDependOnNeitherTimeNorHostNorPieces() throws {
        let whole = try Self.compress(Self.sample, pieces: Self.sample.count)
        #expect(Array(whole[0..<10]) == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
        #expect(try Self.compress(Self.sample, pieces: 777) == whole)
    }

    @Test func nothingIsAValidStreamToo() throws {
        let empty = try Self.compress([], pieces: 1)
        #expect(!empty.isEmpty)
        #expect(try Self.decompress(empty) == [])
    }

    @Test func membersInARowAreOneContent() throws {
        let bytes = try Self.compress([1, 2, 3], pieces: 3) + Self.compress(Self.sample, pieces: 5000)
        #expect(try Self.decompress(bytes) == [1, 2, 3] + Self.sample)
    }

    @Test func aStreamThatEndsEarlyIsRefused() throws {
        let bytes = try Self.compress(Self.sample, pieces: 5000)
        let error = #expect(throws: ZlibError.self) { try Self.decompress(bytes.dropLast(9)) }
        #expect(error?.description == "cannot decompress: the gzip stream ends in the middle")
    }

    @Test func damageIsNoticed() throws {
        var bytes = try Self.compress(Self.sample, pieces: 5000)
        bytes[bytes.count - 6] ^= 1
        let error = #expect(throws: ZlibError.self) { try Self.decompress(bytes) }
        #expect(error?.description == "cannot decompress: incorrect data check")
    }
}
