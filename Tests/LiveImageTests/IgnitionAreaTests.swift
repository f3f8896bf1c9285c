import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import LiveImage

@Suite("A live image's Ignition config")
struct IgnitionAreaTests {
    private static let config = Array(#"{"ignition": {"version": "3.3.0"}}"#.utf8)

    @Test("it is what the kernel unpacks, in its area and nowhere else, and goes without a trace")
    func embedding() async throws {
        let directory = try TemporaryDirectory()
        let fixture = try await LiveISOFixture(in: directory)
        let before = try FileContent.read(fixture.path)
        var image = try await LiveISOImage(fixture.path)
        #expect(image.ignitionConfig == nil && image.isPristine)
        try image.setIgnitionConfig(Self.config)
        try image.save(to: nil)

        let area = try await LiveISOFixture.content("images/ignition.img", of: fixture.path)
        #expect(area.count == LiveISOFixture.ignitionAreaSize)
        let unpacked = directory.appending("unpacked")
        try FileContent.createDirectory(unpacked)
        let archive = directory.appending("area.xz")
        try AtomicFile.write(area, to: archive)
        // The zeros after the stream are padding to xz as well.
        try await Command("sh", ["-c", "xz -dc '\(archive)' | cpio --quiet -i -D '\(unpacked)'"]).run()
        #expect(try FileContent.read(unpacked.appending("config.ign")) == Self.config)
        let kind = try await Command("xz", ["--robot", "--list", archive.string]).run().text
        #expect(kind.contains("CRC32"))
        let after = try FileContent.read(fixture.path)
        let offset = try #require(image.contents.files["images/ignition.img"]).offset
        let changed = zip(before, after).enumerated().filter { $0.element.0 != $0.element.1 }.map(\.offset)
        #expect(changed.allSatisfy { (Int(offset)..<Int(offset) + LiveISOFixture.ignitionAreaSize).contains($0) })
        #expect(!changed.isEmpty)

        var again = try await LiveISOImage(fixture.path)
        #expect(again.ignitionConfig == Self.config && !again.isPristine)
        try again.setIgnitionConfig(nil)
        try again.save(to: nil)
        #expect(try FileContent.read(fixture.path) == before)
    }

    @Test("a changed copy leaves the image as it is; equal configs give equal copies")
    func copies() async throws {
        let directory = try TemporaryDirectory()
        let fixture = try await LiveISOFixture(in: directory)
        let before = try Digest.ofFile(fixture.path)
        var image = try await LiveISOImage(fixture.path)
        try image.setIgnitionConfig(Self.config)
        try image.save(to: directory.appending("one.iso"))
        try image.save(to: directory.appending("two.iso"))
        #expect(try Digest.ofFile(fixture.path) == before)
        let copy = try Digest.ofFile(directory.appending("one.iso"))
        #expect(try Digest.ofFile(directory.appending("two.iso")) == copy && copy != before)
        #expect(try await LiveISOImage(directory.appending("one.iso")).ignitionConfig == Self.config)
        #expect(throws: LiveImageError.self) { try image.save(to: directory.appending("one.iso")) }
    }

    @Test("other files in the area stay, however they are compressed")
    func otherFiles() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("keyfile", to: "in/etc/coreos-firstboot-network/one.nmconnection")
        let area = directory.appending("area")
        try await Command(
            "sh",
            ["-c", "cd \(directory.appending("in")) && find etc | cpio --quiet -o -H newc | gzip -n > \(area)"]
        ).run()
        let bytes = try FileContent.read(area)
        let fixture = try await LiveISOFixture(in: directory)
        let offset = try #require(try await ISOContents(of: fixture.path).files["images/ignition.img"]).offset
        let file = try FileDescriptor.open(fixture.path, .readWrite)
        try file.closeAfter { _ = try file.writeAll(toAbsoluteOffset: offset, bytes) }

        var image = try await LiveISOImage(fixture.path)
        #expect(image.ignitionConfig == nil && !image.isPristine)
        try image.setIgnitionConfig(Self.config)
        try image.save(to: nil)
        let changed = try await LiveISOImage(fixture.path).initramfs.files
        #expect(
            changed == [
                "config.ign": Self.config, "etc/coreos-firstboot-network/one.nmconnection": Array("keyfile".utf8),
            ])
    }

    @Test("a config that does not fit is refused with both numbers of bytes")
    func tooLarge() async throws {
        let fixture = try await LiveISOFixture(in: TemporaryDirectory())
        var image = try await LiveISOImage(fixture.path)
        // What nothing compresses.
        let noise = (0..<LiveISOFixture.ignitionAreaSize).map { _ in UInt8.random(in: 0...255) }
        let error = #expect(throws: LiveImageError.self) { try image.setIgnitionConfig(noise) }
        guard case .configTooLarge(let path, let needed, let given) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(path == fixture.path && needed > given && given == LiveISOFixture.ignitionAreaSize)
        #expect(
            try #require(error?.description)
                == "\(path): the Ignition config takes \(needed) bytes when compressed, and there is room for 262144; let "
                + "it fetch the rest: `ignition.config.merge`")
    }

    @Test("part of a file can be the area")
    func partOfAFile() async throws {
        let directory = try TemporaryDirectory()
        let information = #"{"file": "images/ignition.img", "offset": 4096, "length": 8192}"#
        let fixture = try await LiveISOFixture(in: directory, changes: ["coreos/igninfo.json": information])
        var image = try await LiveISOImage(fixture.path)
        try image.setIgnitionConfig(Self.config)
        try image.save(to: nil)
        let area = try await LiveISOFixture.content("images/ignition.img", of: fixture.path)
        #expect(area[..<4096].allSatisfy { $0 == 0 } && area[(4096 + 8192)...].allSatisfy { $0 == 0 })
        #expect(area[4096..<4102].elementsEqual([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]))
        #expect(try await LiveISOImage(fixture.path).ignitionConfig == Self.config)
    }
}
