import Foundation
import HostSystem
import SystemPackage
import Testing

@testable import Compression

@Suite struct FileDecompressorTests {
    private let decompressor = FileDecompressor(threads: 2, memory: 1 << 30)

    @Test(arguments: Compressor.allCases)
    func aFileThatEndsEarlyIsAnError(compressor: Compressor) async throws {
        let sample = try Sample()
        let source = try sample.write(Sample.bytes(1 << 20), to: "disk")
        let path = sample.directory.appending("compressed")
        let request = CompressionRequest(source, to: path, format: Sample.format(compressor))
        _ = try #require(try await Sample.compress([request], threads: 1).first).get()
        let short = try sample.write(Array(try FileContent.read(path).prefix(100_000)), to: "short")
        let output = sample.directory.appending("out")
        #expect(throws: (any Error).self) { try decompressor.decompress(short, compressor, to: output) }
        #expect(!FileContent.exists(output))
    }

    @Test(arguments: Compressor.allCases)
    func anotherFormatIsAnError(compressor: Compressor) throws {
        let sample = try Sample()
        let source = try sample.write(Sample.noise(100_000), to: "disk")
        #expect(throws: (any Error).self) {
            try decompressor.decompress(source, compressor, to: sample.directory.appending("out"))
        }
    }

    @Test func filesOfOtherToolsAreRead() async throws {
        let sample = try Sample()
        let content = Sample.bytes(2 << 20)
        let source = try sample.write(content, to: "disk").string
        let commands = [
            (Compressor.xz, Command("xz", ["-c0", "-T2", "--block-size=1MiB", source])),
            (.xz, Command("xz", ["-c0", "-T1", source])),
            (.gzip, Command("pigz", ["-c", source])),
            (.zstd, Command("zstd", ["-qc", "-T2", source])),
            (.zip, Command("python3", ["-m", "zipfile", "-c", "/dev/stdout", source])),
        ]
        for (index, (compressor, command)) in commands.enumerated() {
            let file = try sample.write(try await command.run().standardOutput, to: "\(index)")
            let output = sample.directory.appending("out")
            #expect(
                try decompressor.decompress(file, compressor, to: output).digest == Digest.of(content), "\(command)")
        }
    }

    @Test func whatIsEmptyTakesNoRoom() async throws {
        let sample = try Sample()
        let source = try sample.write([1] + [UInt8](repeating: 0, count: 8 << 20), to: "disk")
        let path = sample.directory.appending("compressed")
        let request = CompressionRequest(source, to: path, format: Sample.format(.zstd))
        _ = try #require(try await Sample.compress([request], threads: 1).first).get()
        let output = sample.directory.appending("out")
        let content = try decompressor.decompress(path, .zstd, to: output)
        #expect(content.size == (8 << 20) + 1)
        #expect(try Digest.ofFile(output) == content.digest)
        let blocks = try await Command("stat", ["-c", "%b", output.string]).run().text
        #expect(try #require(Int(blocks)) <= 256)
    }

    @Test func namesTellTheFormat() {
        #expect(Compressor(fileName: "a.qcow2.xz") == .xz && Compressor(fileName: "a.tar.gz") == .gzip)
        #expect(Compressor(fileName: "a.raw.zst") == .zstd && Compressor(fileName: "a.vhd.zip") == .zip)
        #expect(Compressor(fileName: "a.qcow2") == nil)
        #expect(Compressor.zstd.uncompressedName(of: "a.raw.zst") == "a.raw")
    }
}
