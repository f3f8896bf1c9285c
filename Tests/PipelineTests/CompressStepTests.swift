import Builds
import Compression
import Foundation
import HostSystem
import SystemPackage
import Testing

@testable import Pipeline

@Suite struct CompressStepTests {
    @Test func everyFileIsCompressedThatMayBe() async throws {
        let fixture = try CompressFixture()
        let before = try fixture.images()
        let results = try await fixture.compress()
        #expect(results.map(\.artifact) == ["metal", "qemu"])
        #expect(results[1].path == fixture.folder.appending("demo.qemu.gz").string)
        let notes = fixture.takeNotes()
        #expect(
            notes.prefix(3) == [
                "Targeting build: 1", "Compressing: \(fixture.folder)", "Skipped compressing artifacts: ostree",
            ])
        #expect(Set(notes[3...4]) == ["Compressed: demo.qemu.gz", "Compressed: demo.metal.gz"])
        #expect(notes.dropFirst(5) == ["Updated: \(fixture.folder)/meta.json"])
        #expect(fixture.files == ["demo.metal.gz", "demo.ostree", "demo.qemu.gz"])
        let after = try fixture.images()
        #expect(after["ostree"] == before["ostree"])
        let qemu = try #require(after["qemu"])
        #expect(qemu.path == "demo.qemu.gz")
        #expect(qemu.sha256 == (try Digest.ofFile(fixture.folder.appending("demo.qemu.gz"))))
        #expect(qemu.size == results[1].size)
        #expect(qemu.uncompressedSHA256 == before["qemu"]?.sha256 && qemu.uncompressedSize == before["qemu"]?.size)

        #expect(try await fixture.compress().isEmpty)
        #expect(fixture.takeNotes().last == "All builds already compressed")
        #expect(try fixture.images() == after)
    }

    @Test func decompressingGivesBackWhatWasThere() async throws {
        let fixture = try CompressFixture()
        let before = try fixture.images()
        _ = try await fixture.compress()
        _ = fixture.takeNotes()
        let results = try await fixture.decompress()
        #expect(results.map(\.artifact) == ["metal", "qemu"])
        let notes = fixture.takeNotes()
        #expect(
            notes.prefix(3) == [
                "Targeting build: 1", "Uncompressing: \(fixture.folder)", "Skipped uncompressing artifacts: ostree",
            ])
        #expect(Set(notes[3...4]) == ["Uncompressed: demo.qemu", "Uncompressed: demo.metal"])
        #expect(notes.dropFirst(5) == ["Updated: \(fixture.folder)/meta.json"])
        #expect(try fixture.images() == before)
        #expect(fixture.files == ["demo.metal", "demo.ostree", "demo.qemu"])
        #expect(try FileContent.read(fixture.folder.appending("demo.qemu")) == CompressFixture.content("qemu"))
        #expect(try await fixture.decompress().isEmpty)
        #expect(fixture.takeNotes().last == "All builds already uncompressed")
    }

    @Test func onlyTheArtifactsThatAreNamed() async throws {
        let fixture = try CompressFixture()
        var options = CompressionOptions()
        options.artifacts = ["metal"]
        #expect(try await fixture.compress(options).map(\.artifact) == ["metal"])
        #expect(fixture.files == ["demo.metal.gz", "demo.ostree", "demo.qemu"])
        options.artifacts = ["metal", "nutanix"]
        let message = "build 1 (x86_64) has no image nutanix; it has: ostree, qemu, metal"
        #expect(await CompressFixture.cause { try await fixture.compress(options) } == message)
        #expect(await CompressFixture.cause { try await fixture.decompress(options) } == message)
        #expect(fixture.files == ["demo.metal.gz", "demo.ostree", "demo.qemu"])
    }

    @Test func theCompressorIsThatOfTheOptionElseOfTheImage() async throws {
        let fixture = try CompressFixture(image: "compressor: zstd\nplatform-compressor: {metal: zip}\n")
        _ = try await fixture.compress()
        #expect(fixture.files == ["demo.metal.zip", "demo.ostree", "demo.qemu.zst"])
        _ = try await fixture.decompress()
        var options = CompressionOptions()
        options.compressor = .xz
        _ = try await fixture.compress(options)
        #expect(fixture.files == ["demo.metal.xz", "demo.ostree", "demo.qemu.xz"])
        _ = try await fixture.decompress()
        options.fast = true
        _ = try await fixture.compress(options)
        #expect(fixture.files == ["demo.metal.gz", "demo.ostree", "demo.qemu.gz"])
        // RFC 1952: extra flags 4 is the fastest algorithm.
        #expect(try FileContent.read(fixture.folder.appending("demo.qemu.gz"))[8] == 4)
    }

    @Test(arguments: [
        ("compressor: lzip\n", "key 'compressor' of image.yaml"),
        ("platform-compressor: {metal: lzip}\n", "key 'platform-compressor.metal' of image.yaml"),
    ])
    func aCompressorThatNobodyKnowsIsAnError(image: String, key: String) async throws {
        let fixture = try CompressFixture(image: image)
        #expect(
            await CompressFixture.cause { try await fixture.compress() }
                == "\(key): there is no compressor 'lzip'; known are xz, gzip, zstd, zip")
        #expect(fixture.files == ["demo.metal", "demo.ostree", "demo.qemu"])
    }

    @Test func tooLittleMemoryIsSaidBeforeTheWork() async throws {
        let fixture = try CompressFixture()
        var options = CompressionOptions()
        options.compressor = .xz
        options.memory = 100 << 20
        #expect(
            await CompressFixture.cause { try await fixture.compress(options) }
                == "xz needs 1249 MiB of memory and 100 MiB are free; free some, or take another --compressor")
    }

    @Test func aBuildThatIsNotThereIsAnError() async throws {
        let fixture = try CompressFixture()
        var options = CompressionOptions()
        options.build = "2"
        #expect(
            await CompressFixture.cause { try await fixture.compress(options) }
                == "there is no build 2; the newest are: 1")
        options.build = nil
        options.arch = "s390x"
        #expect(
            await CompressFixture.cause { try await fixture.compress(options) }
                == "No build found. Run `cosa build` first")
    }

    @Test func architecturesThatAreElsewhereAreSkipped() async throws {
        let fixture = try CompressFixture()
        try fixture.store.updateIndex { $0.insert("1", arch: "aarch64") }
        _ = try await fixture.compress()
        let other = fixture.store.path("1", arch: "aarch64")
        #expect(fixture.takeNotes().contains("No meta.json exists for \(other).. Skipping"))
        _ = try await fixture.decompress()
        #expect(fixture.takeNotes().contains("Skipping missing arch: aarch64"))
    }
}
