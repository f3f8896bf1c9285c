import Foundation
import HostSystem
import SystemPackage
import Testing

@testable import Compression

@Suite struct ParallelCompressorTests {
    /// The tool that the format's users read it with.
    private static func reader(_ compressor: Compressor, _ path: FilePath) -> Command {
        switch compressor {
        case .xz: Command("xz", ["-dc", path.string])
        case .gzip: Command("gzip", ["-dc", path.string])
        case .zstd: Command("zstd", ["-qdc", path.string])
        case .zip: Command("unzip", ["-p", path.string])
        }
    }

    @Test(arguments: Compressor.allCases, [0, 1, 256 << 10, (1 << 20) + 17])
    func theFormatsToolReadsWhatIsWritten(compressor: Compressor, size: Int) async throws {
        let sample = try Sample()
        let content = Sample.bytes(size)
        let source = try sample.write(content, to: "disk.raw")
        let destination = sample.directory.appending("disk.raw\(compressor.suffix)")
        let request = CompressionRequest(source, to: destination, format: Sample.format(compressor))
        let file = try #require(try await Sample.compress([request], threads: 2).first).get()
        #expect(file.digest == (try Digest.ofFile(destination)))
        #expect(file.size == Int64(try FileContent.read(destination).count))
        #expect(file.contentDigest == Digest.of(content))
        #expect(file.contentSize == Int64(size))
        #expect(try await Self.reader(compressor, destination).run().standardOutput == content)
        let back = sample.directory.appending("back")
        let read = try FileDecompressor(threads: 2, memory: 1 << 30).decompress(destination, compressor, to: back)
        #expect(read.digest == file.contentDigest && read.size == file.contentSize)
        #expect(try FileContent.read(back) == content)
    }

    @Test(arguments: Compressor.allCases)
    func bytesDependOnNothingButTheContent(compressor: Compressor) async throws {
        let sample = try Sample()
        let source = try sample.write(Sample.bytes(3 << 20), to: "disk")
        let other = try sample.write(Sample.bytes(1 << 20), to: "other")
        var digests: Set<String> = []
        for threads in 1...3 {
            let requests = [other, source, other].enumerated().map { index, source in
                CompressionRequest(
                    source, to: sample.directory.appending("\(threads).\(index)"), format: Sample.format(compressor))
            }
            digests.insert(try await Sample.compress(requests, threads: threads)[1].get().digest)
        }
        #expect(digests.count == 1)
    }

    @Test func levelsAreThoseOfReleases() {
        #expect(Compressor.allCases.map { CompressionFormat($0).level } == [9, 6, 10, 9])
        #expect(CompressionFormat.fast.level == 1 && CompressionFormat.fast.compressor == .gzip)
    }

    @Test func xzHasTheBlocksOfTheTool() async throws {
        let sample = try Sample()
        let source = sample.directory.appending("disk")
        try await Command("truncate", ["-s", "\((192 << 20) + 1)", source.string]).run()
        let destination = sample.directory.appending("disk.xz")
        let request = CompressionRequest(source, to: destination, format: CompressionFormat(.xz))
        _ = try #require(try await Sample.compress([request], threads: 2).first).get()
        let list = try await Command("xz", ["--robot", "--list", destination.string]).run().text
        let totals = try #require(list.split(separator: "\n").first { $0.hasPrefix("file") }).split(separator: "\t")
        // Streams, blocks, compressed, uncompressed, ratio, check.
        #expect(totals[1...2] == ["1", "2"] && totals[4] == "\((192 << 20) + 1)" && totals[6] == "CRC64")
    }

    @Test func aFileThatFailsLeavesTheOthersAlone() async throws {
        let sample = try Sample()
        let good = try sample.write(Sample.bytes(1 << 20), to: "good")
        let missing = sample.directory.appending("missing")
        func output(_ name: String) -> FilePath { sample.directory.appending(name) }
        let format = Sample.format(.gzip)
        // A device of our own: what is half-written is removed.
        try await Command("mknod", [output("full").string, "c", "1", "7"]).run()
        let results = try await Sample.compress(
            [
                CompressionRequest(missing, to: output("0"), format: format),
                CompressionRequest(good, to: output("no/1"), format: format),
                CompressionRequest(good, to: output("full"), format: format),
                CompressionRequest(good, to: output("3"), format: format),
            ], threads: 2)
        let causes = results.map { result in
            do {
                return "\(try result.get().contentSize)"
            } catch {
                return "\(error)"
            }
        }
        #expect(
            causes == [
                "cannot read \(missing): No such file or directory",
                "cannot write \(output("no/1")): No such file or directory",
                "cannot write \(output("full")): No space left on device",
                "\(1 << 20)",
            ])
        #expect(!FileContent.exists(output("0")))
    }

    @Test func spaceIsThatOfTheFilesUnderWay() {
        let format = Sample.format(.gzip)
        let large = Int64(format.blockSize) * 100
        let files = [Int64(10), 30, 20].map { (expected: $0, size: large, format: format) }
        // The second one begins while the first one is not complete, the third one does not.
        #expect(ParallelCompressor(threads: 2).space(for: files) == 50)
        let small = [Int64(10), 30, 20].map { (expected: $0, size: Int64(1), format: format) }
        #expect(ParallelCompressor(threads: 2).space(for: small) == 60)
        #expect(ParallelCompressor(threads: 2).space(for: []) == 0)
    }
}
