import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import DiskImage

@Suite("Platform images")
struct PlatformImageTests {
    private func derive(_ name: String, from raw: RawImage, in directory: TemporaryDirectory, as copy: String = "")
        async throws -> FilePath
    {
        let platform = try Platform.named(name)
        let output = directory.appending("\(name)\(copy).\(platform.suffix)")
        try await PlatformImageBuilder().derive(
            platform, from: raw, to: output, workDirectory: directory.appending("platforms"))
        return output
    }

    @Test("a qcow2 has the size of image.yaml, a table that ends with the disk, and the platform's settings")
    func qemu() async throws {
        let fixture = try await DiskFixture()
        defer { fixture.keep() }
        let raw = try await RawImageBuilder().build(fixture.request("disk"))
        let before = try Digest.ofFile(raw.path)
        let output = try await derive("qemu", from: raw, in: fixture.directory)
        #expect(try Digest.ofFile(raw.path) == before)
        try await Command("qemu-img", ["check", output.string]).run()

        let disk = fixture.directory.appending("back.raw")
        try await Command("qemu-img", ["convert", "-O", "raw", output.string, disk.string]).run()
        let status = try FileManager.default.attributesOfItem(atPath: disk.string)
        #expect(status[.size] as? Int64 == 2 << 30)
        #expect(try await Command("sfdisk", ["--verify", disk.string]).run().text.contains("No errors detected."))
        // The header's field for the other copy: the last sector.
        let header = try SparseFile.read(disk, at: 512 + 32, count: 8)
        #expect(header == (0..<8).map { UInt8(truncatingIfNeeded: ((Int64(2) << 30) / 512 - 1) >> (8 * $0)) })

        let boot = try raw.partition(.boot)
        #expect(try await DiskFixture.problems(disk, boot) == "")
        let entry = try await DiskFixture.debugfs("cat /loader/entries/ostree-1-fixture.conf", disk, boot)
        #expect(entry.contains(" ignition.platform.id=qemu ") && entry.contains(" console=ttyS0,115200n8"))
        let syslinux = try await DiskFixture.debugfs("cat /loader/syslinux.cfg", disk, boot)
        #expect(syslinux.contains(" ignition.platform.id=qemu ") && syslinux.contains(" console=ttyS0,115200n8"))
        #expect(
            try await DiskFixture.debugfs("cat /grub2/console.cfg", disk, boot)
                == "# CONSOLE-SETTINGS-START\nserial --speed=115200\n# CONSOLE-SETTINGS-END")
    }

    @Test("metal is the raw image but for its platform's settings")
    func metal() async throws {
        let fixture = try await DiskFixture()
        defer { fixture.keep() }
        let raw = try await RawImageBuilder().build(fixture.request("disk"))
        let output = try await derive("metal", from: raw, in: fixture.directory)
        let size = try FileManager.default.attributesOfItem(atPath: output.string)[.size]
        #expect(size as? Int64 == raw.size)
        #expect(raw.size < raw.cloudSize)
        #expect(try await DiskFixture.problems(output, raw.partition(.boot)) == "")
    }

    @Test("images are the same bytes each time", arguments: ["aws", "qemu", "metal"])
    func reproducible(platform: String) async throws {
        let fixture = try await DiskFixture()
        defer { fixture.keep() }
        let raw = try await RawImageBuilder().build(fixture.request("disk"))
        let first = try await derive(platform, from: raw, in: fixture.directory)
        let second = try await derive(platform, from: raw, in: fixture.directory, as: "-again")
        #expect(try Digest.ofFile(first) == Digest.ofFile(second))
    }

    @Test("a VMDK for AWS is stream-optimized and sound")
    func aws() async throws {
        let fixture = try await DiskFixture()
        defer { fixture.keep() }
        let raw = try await RawImageBuilder().build(fixture.request("disk"))
        let output = try await derive("aws", from: raw, in: fixture.directory)
        try await Command("qemu-img", ["check", output.string]).run()
        let info = try await Command("qemu-img", ["info", output.string]).run().text
        #expect(info.contains("create type: streamOptimized"))
        let left = try FileManager.default.contentsOfDirectory(
            atPath: fixture.directory.appending("platforms").string)
        #expect(left.isEmpty)
    }

    @Test("an unknown platform is named, with those that exist")
    func unknown() {
        let error = #expect(throws: DiskImageError.self) { try Platform.named("floppy") }
        #expect(error?.description.hasPrefix("there is no platform floppy: known are aliyun, applehv, aws,") == true)
    }

    @Test("platforms are sorted by name, and each has one row")
    func table() {
        let names = Platform.all.map(\.name)
        #expect(names == Set(names).sorted())
    }
}
