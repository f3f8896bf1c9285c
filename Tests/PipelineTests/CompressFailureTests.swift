import Builds
import Compression
import Foundation
import HostSystem
import SystemPackage
import Testing

@testable import Pipeline

/// What is damaged, missing or left over by a run that was killed.
@Suite struct CompressFailureTests {
    private func overwrite(_ name: String, _ content: [UInt8], in fixture: CompressFixture) throws {
        try AtomicFile.write(content, to: fixture.folder.appending(name))
    }

    @Test func aFileThatIsNotTheListedOneIsLeftAlone() async throws {
        let fixture = try CompressFixture()
        let listed = try #require(try fixture.images()["qemu"]).sha256
        try overwrite("demo.qemu", Array("damaged".utf8), in: fixture)
        #expect(
            await CompressFixture.cause { try await fixture.compress() }
                == "1 of 2 artifacts were not compressed; qemu: \(fixture.folder)/demo.qemu is not the file that meta.json "
                + "lists (sha256 \(Digest.of("damaged".utf8)) instead of \(listed)); make it anew with "
                + "`cosa buildextend-qemu --force`")
        // The other one is done, and nothing half-made is left.
        #expect(fixture.files == ["demo.metal.gz", "demo.ostree", "demo.qemu"])
        #expect(try fixture.images()["qemu"]?.sha256 == listed)
    }

    @Test func aFileThatIsMissingIsAnErrorOfItsOwn() async throws {
        let fixture = try CompressFixture()
        unlink(fixture.folder.appending("demo.metal").string)
        #expect(
            await CompressFixture.cause { try await fixture.compress() }
                == "1 of 2 artifacts were not compressed; metal: cannot read \(fixture.folder)/demo.metal: "
                + "No such file or directory")
        #expect(fixture.files == ["demo.ostree", "demo.qemu.gz"])
        unlink(fixture.folder.appending("demo.qemu.gz").string)
        _ = fixture.takeNotes()
        _ = try await fixture.decompress()
        #expect(fixture.takeNotes().contains("Skipped missing artifacts: qemu"))
        var options = CompressionOptions()
        options.artifacts = ["qemu"]
        #expect(
            await CompressFixture.cause { try await fixture.decompress(options) }
                == "qemu: \(fixture.folder)/demo.qemu.gz is not there")
    }

    @Test func contentOfAnotherDigestKeepsTheCompressedFile() async throws {
        let fixture = try CompressFixture()
        _ = try await fixture.compress()
        let listed = try #require(try fixture.images()["qemu"])
        let other = try FileContent.read(fixture.folder.appending("demo.metal.gz"))
        try overwrite("demo.qemu.gz", other, in: fixture)
        #expect(
            await CompressFixture.cause { try await fixture.decompress() }
                == "1 of 2 artifacts were not decompressed; qemu: the content of \(fixture.folder)/demo.qemu.gz has the "
                + "sha256 \(Digest.of(CompressFixture.content("metal"))), but meta.json says "
                + "\(listed.uncompressedSHA256 ?? ""); the compressed file is kept")
        #expect(fixture.files == ["demo.metal", "demo.ostree", "demo.qemu.gz"])
        #expect(try fixture.images()["qemu"] == listed)
    }

    @Test func aDamagedFileIsNamed() async throws {
        let fixture = try CompressFixture()
        var options = CompressionOptions()
        options.artifacts = ["qemu"]
        options.compressor = .xz
        _ = try await fixture.compress(options)
        let path = fixture.folder.appending("demo.qemu.xz")
        let short = Array(try FileContent.read(path).dropLast(50))
        try overwrite("demo.qemu.xz", short, in: fixture)
        #expect(
            await CompressFixture.cause { try await fixture.decompress(options) }
                == "qemu: \(path): cannot decompress: the xz stream ends in the middle; the compressed file is kept")
        #expect(fixture.files.contains("demo.qemu.xz"))
    }

    @Test func aNameWithoutSuffixIsAnError() async throws {
        let fixture = try CompressFixture()
        try fixture.store.updateMetadata("1", arch: CompressFixture.arch) { metadata in
            var artifact = try #require(metadata.images["qemu"])
            artifact.uncompressedSHA256 = artifact.sha256
            metadata.setImage("qemu", artifact)
        }
        #expect(
            await CompressFixture.cause { try await fixture.decompress() }
                == "qemu: \(fixture.folder)/demo.qemu is listed as compressed, but its name ends with none of .xz, .gz, "
                + ".zst, .zip")
    }

    /// Killed after the compressed file was put in place.
    @Test func aRunGoesOnWhereTheEntryWasNotWritten() async throws {
        let fixture = try CompressFixture()
        try overwrite("demo.qemu.gz", Array("whatever".utf8), in: fixture)
        try overwrite(".demo.metal.gz.999999999.partial", [1, 2, 3], in: fixture)
        _ = try await fixture.compress()
        #expect(fixture.files == ["demo.metal.gz", "demo.ostree", "demo.qemu.gz"])
        _ = try await fixture.decompress()
        #expect(try FileContent.read(fixture.folder.appending("demo.qemu")) == CompressFixture.content("qemu"))
    }

    /// Killed after the entry was written, before the other form was removed.
    @Test func aRunRemovesWhatTheEntryDoesNotName() async throws {
        let fixture = try CompressFixture()
        _ = try await fixture.compress()
        try overwrite("demo.qemu", CompressFixture.content("qemu"), in: fixture)
        #expect(try await fixture.compress().isEmpty)
        #expect(fixture.files == ["demo.metal.gz", "demo.ostree", "demo.qemu.gz"])
        _ = try await fixture.decompress()
        try overwrite("demo.qemu.gz", [1], in: fixture)
        #expect(try await fixture.decompress().isEmpty)
        #expect(fixture.files == ["demo.metal", "demo.ostree", "demo.qemu"])
    }

    @Test func spaceForContentIsAsMuchAsItGrows() {
        func item(_ size: Int64, _ content: Int64?) -> CompressedBuild.Item {
            var artifact = Artifact(path: "a", sha256: "a", size: size)
            artifact.uncompressedSize = content
            return CompressedBuild.Item(name: "a", artifact: artifact)
        }
        #expect(DecompressStep.space(for: [item(10, 30), item(20, 50)], parallel: 1) == 20 + 30 + 20)
        #expect(DecompressStep.space(for: [item(10, 30), item(20, 50)], parallel: 2) == 20 + 30 + 30)
        // A sparse image does not become as large as it looks.
        #expect(DecompressStep.space(for: [item(10, 100_000)], parallel: 1) == 70 + 10)
    }
}
