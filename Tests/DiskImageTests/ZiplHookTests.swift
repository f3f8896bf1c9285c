import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import DiskImage

/// Disks for s390x, with a script in place of a program that runs zipl.
@Suite struct ZiplHookTests {
    private let fixture: DiskFixture
    private let raw: RawImage

    init() async throws {
        fixture = try await DiskFixture()
        var request = try fixture.request(
            "disk", imageConfig: "size: 2\nrootfs: ext4\nignition-network-kcmdline: [ip=dhcp, rd.neednet=1]\n")
        request.basearch = "s390x"
        raw = try await RawImageBuilder().build(request)
    }

    private func derive(_ name: String, _ script: String?) async throws -> FilePath {
        let hook = try script.map {
            try ZiplHook(fixture.directory.write("#!/bin/sh\n\($0)\n", to: "hook", mode: 0o755))
        }
        let platform = try Platform.named(name, basearch: "s390x")
        let output = fixture.directory.appending("\(name).img")
        let image = try fixture.request("again").image
        let scratch = fixture.directory.appending("scratch")
        defer { #expect(FileContent.names(in: scratch).isEmpty) }
        try await PlatformImageBuilder(
            machine: MachineDescription(name: "fixture", summary: nil, version: "1", image: image), zipl: hook
        ) { _, _ in }.derive(platform, from: raw, to: output, workDirectory: scratch)
        return output
    }

    @Test func theHookGetsTheDiskAndWhatItBootsAndWritesIntoIt() async throws {
        defer { fixture.keep() }
        let before = try Digest.ofFile(raw.path)
        let told = fixture.directory.appending("request.json")
        let output = try await derive(
            "qemu",
            """
            cat >\(told)
            disk=$(jq -r .disk \(told))
            printf zIPL | dd of="$disk" conv=notrunc status=none
            printf mark | dd of="$disk" bs=1 seek=$(jq '.partitions[] | select(.role == "boot").start' \(told)) \
                conv=notrunc status=none
            """)
        let disk = fixture.directory.appending("back.raw")
        try await Command("qemu-img", ["convert", "-O", "raw", output.string, disk.string]).run()
        let boot = try raw.partition(.boot)
        #expect(try SparseFile.read(disk, at: 0, count: 5) == Array("zIPL\0".utf8))
        #expect(try SparseFile.read(disk, at: boot.start, count: 4) == Array("mark".utf8))
        #expect(try SparseFile.size(disk) == 2 << 30)
        #expect(try Digest.ofFile(raw.path) == before)
        #expect(try await Command("sfdisk", ["--verify", disk.string]).run().text.contains("No errors detected."))

        let request = try JSONDecoder().decode(ZiplHook.Request.self, from: Data(try FileContent.read(told)))
        #expect(request.platform == "qemu" && request.sectorSize == 512 && request.size == 2 << 30)
        #expect(request.partitions.map(\.role) == [.boot, .root] && request.partitions.map(\.number) == [3, 4])
        #expect(request.partitions.first?.start == boot.start && request.partitions.first?.size == boot.size)
        #expect(
            request.options.hasPrefix(
                "root=LABEL=root rw ignition.firstboot ip=dhcp rd.neednet=1 ignition.platform.id=qemu ostree="))
        for (path, text) in [(request.kernel, "kernel"), (try #require(request.initrd), "initramfs")] {
            #expect(try await DiskFixture.debugfs("cat \(path)", raw.path, boot) == text)
        }
    }

    @Test func theHookWorksOnEachPlatformsArguments() async throws {
        defer { fixture.keep() }
        let told = fixture.directory.appending("request.json")
        _ = try await derive("metal", "cat >\(told); printf zIPL | dd of=$(jq -r .disk \(told)) conv=notrunc")
        let request = try JSONDecoder().decode(ZiplHook.Request.self, from: Data(try FileContent.read(told)))
        #expect(request.options.contains(" ignition.platform.id=metal ") && request.size == raw.size)
    }

    @Test func withoutAHookTheDiskHasNoBootRecord() async throws {
        defer { fixture.keep() }
        let disk = try await derive("metal", nil)
        #expect(try SparseFile.read(disk, at: 0, count: 440).allSatisfy { $0 == 0 })
        let root = try raw.partition(.root)
        #expect(
            try await DiskFixture.debugfs("cat /ostree/repo/config", disk, root).contains("bootloader=zipl\n"))
    }

    @Test(arguments: [
        ("echo first >&2; echo no such device >&2; exit 3", "it ended with status 3: no such device"),
        ("exit 1", "it ended with status 1"),
        ("cat >/dev/null", "it wrote no boot record into the first sector"),
        ("truncate -s 1M \"$(jq -r .disk)\"", "it changed the size of the disk to 1048576 bytes"),
    ])
    func aHookThatWritesNoRecordIsNamed(script: String, reason: String) async throws {
        defer { fixture.keep() }
        let error = await #expect(throws: BootLoaderError.self) { try await derive("qemu", script) }
        let hook = fixture.directory.appending("hook")
        #expect(
            error?.description
                == "COSA_ZIPL_HOOK: \(hook) has written no boot record of the qemu image: \(reason)")
        #expect(!FileContent.exists(fixture.directory.appending("qemu.img")))
    }

    @Test func theEnvironmentNamesTheHook() throws {
        defer { fixture.keep() }
        let hook = try fixture.directory.write("#!/bin/sh\n", to: "hook", mode: 0o755)
        let plain = try fixture.directory.write("", to: "plain")
        #expect(try ZiplHook.named(in: [:]) == nil)
        #expect(try ZiplHook.named(in: ["COSA_ZIPL_HOOK": ""]) == nil)
        #expect(try ZiplHook.named(in: ["COSA_ZIPL_HOOK": hook.string]) == ZiplHook(hook))
        for path in ["hook", "/no/such/hook", plain.string, fixture.directory.path.string] {
            let error = #expect(throws: BootLoaderError.self) { try ZiplHook.named(in: ["COSA_ZIPL_HOOK": path]) }
            #expect(error?.description == "COSA_ZIPL_HOOK: \(path) is not the absolute path of a program")
        }
    }
}
