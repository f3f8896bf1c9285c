import HostSystem
import SystemPackage
import Testing

@testable import Compression

@Suite struct CompressionEstimateTests {
    @Test func itIsAboutWhatComesOut() async throws {
        let sample = try Sample()
        let source = try sample.write(Sample.bytes(5 << 20) + Sample.noise(1 << 20), to: "disk")
        let format = CompressionFormat(.gzip)
        let request = CompressionRequest(source, to: sample.directory.appending("disk.gz"), format: format)
        let size = try #require(try await Sample.compress([request], threads: 2).first).get().size
        let estimate = try CompressionEstimate.size(of: source)
        #expect(estimate >= size && estimate < 2 * size)
    }

    @Test func nothingIsTakenForWhatIsEmpty() async throws {
        let sample = try Sample()
        let content = sample.directory.appending("sparse")
        try await Command("truncate", ["-s", "1G", content.string]).run()
        #expect(try CompressionEstimate.size(of: content) < 8 << 20)
        #expect(try CompressionEstimate.size(of: try sample.write([], to: "empty")) < 1 << 20)
        #expect(try CompressionEstimate.size(of: try sample.write(Sample.noise(1 << 20), to: "noise")) > 1 << 20)
    }
}
