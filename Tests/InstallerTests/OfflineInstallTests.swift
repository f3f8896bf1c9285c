import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@Suite("An installation from what the live system carries", .enabled(if: geteuid() == 0, needsRoot))
struct OfflineInstallTests {
    @Test("the disk gets the image for its sectors", arguments: [512, 4096])
    func sectors(size: Int) async throws {
        let live = try await LiveSystem(sectorSize: size)
        let images = [
            512: try await TestImage(in: live.folder), 4096: try await TestImage(in: live.folder, sectorSize: 4096),
        ]
        for image in images.values { try await live.carry(image) }
        let outcome = try await live.install()
        try await live.expectInstalled(try #require(images[size]), outcome)
        #expect(
            try await live.bootFile("/loader/entries/ostree-1-test.conf").contains("options \(TestImage.arguments)\n"))
        #expect(try await live.bootFile("/ignition/config.ign") == "")
        // Who waits for what is offline looks for this word.
        #expect(!outcome.output.lowercased().contains("download"))
    }

    @Test("an image that is another one's but for some blocks")
    func patch() async throws {
        let live = try await LiveSystem(sectorSize: 4096)
        let base = try await TestImage(in: live.folder)
        let image = try await TestImage(in: live.folder, sectorSize: 4096)
        try await live.carry(base)
        try await live.carry(image, asPatchOf: base)
        try await live.expectInstalled(image, live.install())
        let patch = live.path("sysroot/coreos-installer/metal4k.patch")
        try FileContent.remove(patch)
        live.expect(
            try await live.install(),
            failed:
                "\(patch) is not there, which \(live.path("sysroot/coreos-installer/metal4k.json")) describes: make "
                + "the medium anew")
    }

    @Test("a disk exactly as large as the image is large enough, and may be named without /dev")
    func exactSize() async throws {
        let live = try await LiveSystem(diskSize: TestImage.size)
        let image = try await TestImage(in: live.folder)
        try await live.carry(image)
        let outcome = try await live.install(to: live.disk.path.lastComponent?.string)
        try await live.expectInstalled(image, outcome)
    }

    @Test("a disk that is too small is refused, with the bytes at hand and needed")
    func small() async throws {
        let live = try await LiveSystem(diskSize: TestImage.size - (1 << 20))
        try await live.carry(try await TestImage(in: live.folder))
        let outcome = try await live.install()
        live.expect(
            outcome,
            failed: "\(live.disk.path) is too small: it has 11534336 bytes, and "
                + "\(live.path("sysroot/coreos-installer/metal.raw.zst")) needs 12582912: "
                + "name a larger disk with coreos.inst.install_dev")
        try live.expectUntouched()
    }

    @Test("an image that is not what its description says is refused, and the disk does not boot")
    func digest() async throws {
        let live = try await LiveSystem()
        let image = try await TestImage(in: live.folder)
        try await live.carry(image, digest: String(repeating: "0", count: 64))
        let outcome = try await live.install()
        live.expect(
            outcome,
            failed: "\(live.path("sysroot/coreos-installer/metal.raw.zst")) unpacks to the SHA-256 "
                + "\(try Digest.ofFile(image.file)), not \(String(repeating: "0", count: 64)) as its description says: "
                + "the medium is damaged, make it anew")
        try await live.expectUnbootable()
    }

    @Test("an image that is cut short is refused")
    func short() async throws {
        let live = try await LiveSystem()
        try await live.carry(try await TestImage(in: live.folder))
        let file = live.path("sysroot/coreos-installer/metal.raw.zst")
        try await Command("truncate", ["--size=-1000", file.string]).run()
        let outcome = try await live.install()
        live.expect(
            outcome,
            failed: "cannot unpack \(file): Read error (39) : premature end; it is damaged: make or fetch it again")
        try await live.expectUnbootable()
    }

    @Test("a live system that carries nothing, or nothing for the disk's sectors, says so")
    func nothing() async throws {
        let live = try await LiveSystem(sectorSize: 4096)
        let folder = live.path("sysroot/coreos-installer")
        live.expect(
            try await live.install(),
            failed: "this live system carries no image (\(folder)): name one with coreos.inst.image_url")
        try await live.carry(try await TestImage(in: live.folder))
        live.expect(
            try await live.install(),
            failed: "\(live.disk.path) has sectors of 4096 bytes, and this live system carries images for 512 only: "
                + "name one for 4096 with coreos.inst.image_url, or another disk")
        try FileContent.remove(folder.appending("metal.raw.zst"))
        try live.folder.write(#"{"sector-size": 4096}"#, to: "root/sysroot/coreos-installer/a.json")
        live.expect(
            try await live.install(),
            failed: "\(folder)/a.json does not describe an image: make the medium anew")
        try live.expectUntouched()
    }

    @Test("a disk that returns other bytes than were written is found out, and does not boot")
    func readBack() async throws {
        let live = try await LiveSystem()
        let image = try await TestImage(in: live.folder)
        try await live.carry(image)
        // The disk forgets a sector once its caches have been emptied.
        try live.folder.write(
            """
            #!/bin/bash
            \(try await Self.tool("blockdev")) "$@" || exit
            if [[ $1 == --flushbufs ]]; then
                head -c 512 /dev/urandom | dd of="$2" bs=512 seek=17578 oflag=direct conv=notrunc status=none
            fi
            """, to: "tools/blockdev", mode: 0o755)
        let outcome = try await live.install(tools: live.folder.appending("tools"))
        #expect(outcome.status == 1)
        #expect(
            outcome.lastLine.hasPrefix("error: \(live.disk.path) does not hold what was written to it: its SHA-256 is ")
        )
        #expect(outcome.lastLine.hasSuffix(", not \(try Digest.ofFile(image.file)); replace the disk"))
        try await live.expectUnbootable()
    }

    @Test("a disk that fails is named")
    func failingDisk() async throws {
        let live = try await LiveSystem()
        try await live.carry(try await TestImage(in: live.folder))
        // A disk whose medium has less room than it says. It outlives the mount namespace that it is made in.
        let place = live.folder.appending("place")
        try FileContent.createDirectory(place)
        let disk = try await LoopDevice(
            Command(
                "unshare",
                [
                    "--mount", "sh", "-ec",
                    """
                    mount -t tmpfs -o size=6M none "$1"
                    truncate --size=24M "$1/disk"
                    losetup --find --show --partscan "$1/disk"
                    """, "sh", place.string,
                ]))
        let outcome = try await live.install(to: disk.path.string)
        #expect(outcome.status == 1)
        #expect(outcome.lastLine.hasPrefix("error: cannot write to \(disk.path): "), "\(outcome.lastLine)")
        #expect(outcome.lastLine.hasSuffix("; replace the disk"), "\(outcome.lastLine)")
    }

    /// Where a program of the system is.
    static func tool(_ name: String) async throws -> String {
        try await Command("sh", ["-c", "command -v \"$0\"", name]).run().text
    }
}
