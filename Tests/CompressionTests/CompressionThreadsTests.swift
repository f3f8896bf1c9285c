import Testing

@testable import Compression

@Suite struct CompressionThreadsTests {
    private static let mebibyte: UInt64 = 1 << 20

    @Test func memoryBoundsTheThreads() throws {
        let xz = CompressionFormat(.xz)
        let each = xz.memoryPerThread
        // liblzma's own 673 MiB, and three blocks of 192.
        #expect(each / Self.mebibyte == 673 + 3 * 192)
        #expect(try CompressionThreads([xz], processors: 8, available: nil).count == 8)
        #expect(try CompressionThreads([xz], processors: 8, available: each * 40).count == 8)
        let some = try CompressionThreads([xz, CompressionFormat(.gzip)], processors: 8, available: each * 4)
        #expect(some.count == 3 && some.memory == 3 * each)
        #expect(try CompressionThreads([xz], processors: 8, available: each).count == 1)
        #expect(try CompressionThreads([CompressionFormat(.gzip)], processors: 8, available: each).count == 8)
    }

    @Test func tooLittleMemoryIsAnError() throws {
        let error = try #require(throws: CompressionError.self) {
            try CompressionThreads([CompressionFormat(.xz)], processors: 2, available: 512 * Self.mebibyte)
        }
        #expect(
            error.description
                == "xz needs 1249 MiB of memory and 512 MiB are free; free some, or take another --compressor")
    }
}
