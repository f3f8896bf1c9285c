import Ext2fs
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import DiskImage

@Suite("Raw images")
struct RawImageTests {
    @Test("two builds of one request are the same bytes")
    func reproducible() async throws {
        let fixture = try await DiskFixture()
        defer { fixture.keep() }
        let first = try await RawImageBuilder().build(fixture.request("first"))
        let second = try await RawImageBuilder().build(fixture.request("second"))
        #expect(try Digest.ofFile(first.path) == Digest.ofFile(second.path))
    }

    @Test("sfdisk finds the disk GUID, types, names and sizes of coreos-assembler")
    func partitionTable() async throws {
        let fixture = try await DiskFixture()
        defer { fixture.keep() }
        let image = try await RawImageBuilder().build(fixture.request("disk"))
        let dump = try await Command("sfdisk", ["--dump", image.file]).run().text
        #expect(dump.contains("label-id: 00000000-0000-4000-A000-000000000001"))
        for line in [
            "start=        2048, size=        2048, type=21686148-6449-6E6F-744E-656564454649",
            "start=        4096, size=      260096, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
            "start=      264192, size=      786432, type=BC13C2FF-59E6-4262-A352-B275FD6F7172",
            "start=     1050624, size=\(DiskFixture.padded(image.partitions[3].size / 512)), type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709",
        ] { #expect(dump.contains(line)) }
        #expect(dump.contains("name=\"BIOS-BOOT\", attrs=\"LegacyBIOSBootable\""))
    }

    @Test("filesystems are clean, carry the well-known names and hold the system with its owners and links")
    func filesystems() async throws {
        let fixture = try await DiskFixture()
        defer { fixture.keep() }
        let image = try await RawImageBuilder().build(fixture.request("disk"))
        let (boot, root) = (try image.partition(.boot), try image.partition(.root))
        #expect(try await DiskFixture.problems(image.path, boot) == "")
        #expect(try await DiskFixture.problems(image.path, root) == "")
        for (partition, expected) in [
            (try image.partition(.efiSystem), "LABEL=EFI-SYSTEM UUID=7B77-95E7"),
            (boot, "LABEL=boot UUID=96d15588-3596-4b3c-adca-a2ff7279ea63"),
            (root, "LABEL=root UUID=910678ff-f77e-4a7d-8d53-86f2ac47a823"),
        ] {
            let found = try await Command(
                "blkid", ["-p", "-s", "LABEL", "-s", "UUID", "-O", "\(partition.start)", image.file]
            ).run().text
            #expect(found.replacing("\"", with: "").contains(expected))
        }
        let deployment = "/ostree/deploy/fixture/deploy/\(fixture.tree.commit).0"
        let suid = try await DiskFixture.debugfs("stat \(deployment)/usr/bin/suid", image.path, root)
        #expect(suid.contains("Mode:  04755") && suid.contains("Links: 2") && suid.contains("mtime: 0x00000000"))
        let flags = try await DiskFixture.debugfs("stat \(deployment)", image.path, root)
        #expect(flags.contains("Flags: 0x80010"))
        let aleph = try await DiskFixture.debugfs("cat /.aleph-version.json", image.path, root)
        #expect(aleph.contains("\"ostree-commit\" : \"\(fixture.tree.commit)\""))
        #expect(aleph.contains("\"image-name\" : \"quay.io/demo\""))
        #expect(try await DiskFixture.debugfs("ls -p /boot", image.path, root).split(separator: "\n").count == 2)
    }

    @Test("a disk of 4096 byte sectors has the same partitions, and no boot loader for a BIOS")
    func largeSectors() async throws {
        let fixture = try await DiskFixture()
        defer { fixture.keep() }
        let image = try await RawImageBuilder().build(fixture.request("disk", sectorSize: 4096))
        let small = try await RawImageBuilder().build(fixture.request("small"))
        #expect(image.partitions == small.partitions)
        let dump = try await Command("fdisk", ["-b", "4096", "-l", "-o", "Start,End,Type-UUID,Name", image.file]).run()
        let lines = dump.text.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        #expect(dump.text.contains("Disk identifier: 00000000-0000-4000-A000-000000000001"))
        for (partition, extent) in zip(try #require(PartitionTable.all["x86_64"]).partitions, image.partitions) {
            let last = (extent.start + extent.size) / 4096 - 1
            #expect(lines.contains(["\(extent.start / 4096)", "\(last)", partition.type, partition.name]))
        }
        try await Command(
            "sh", ["-c", "printf 'v\nq\n' | fdisk -b 4096 \(image.file) | grep -q 'No errors detected.$'"]
        ).run()
        let start = try SparseFile.read(image.path, at: 0, count: 440)
        #expect(start.allSatisfy { $0 == 0 })
        let efi = try image.partition(.efiSystem)
        let boot = try SparseFile.read(image.path, at: efi.start, count: 13)
        // Bytes per logical sector (Microsoft's FAT specification, BPB_BytsPerSec).
        #expect(boot[11...] == [0, 16])
        let listing = try await Command("mdir", ["-b", "-/", "-i", "\(image.file)@@\(efi.start)", "::"]).run().text
        #expect(listing.contains("::/EFI/BOOT/BOOTX64.EFI"))
        #expect(try await DiskFixture.problems(image.path, image.partition(.root)) == "")
    }

    @Test("size: auto gives disks that have free what mke2fs reserves, all of one size")
    func automaticSize() async throws {
        let fixture = try await DiskFixture(files: ["usr/share/large": Array(repeating: 7, count: 200 << 20)])
        defer { fixture.keep() }
        let exact = try await RawImageBuilder().build(
            fixture.request("exact", imageConfig: "size: auto\nrootfs: ext4\n"))
        let estimated = try await RawImageBuilder().build(fixture.request("estimated"))
        #expect(exact.size == exact.cloudSize)
        #expect(exact.size < estimated.size)
        let root = try exact.partition(.root)
        #expect(try await DiskFixture.problems(exact.path, root) == "")
        let space = try Ext4Space(path: exact.path, offset: root.start)
        // At most the MiB to which it is rounded more than that.
        let spare = (space.freeBlocks - space.blocks / 100) * space.blockSize
        #expect((0...(1 << 20)).contains(spare))
        let work = try FileManager.default.contentsOfDirectory(
            atPath: fixture.directory.appending("work-exact").string)
        #expect(work.isEmpty)
    }

    @Test("both boot loaders are in their places, and the stamp asks for Ignition")
    func bootLoaders() async throws {
        let fixture = try await DiskFixture()
        defer { fixture.keep() }
        let image = try await RawImageBuilder().build(
            fixture.request(
                "disk", imageConfig: "size: 2\nrootfs: ext4\nignition-network-kcmdline: [ip=dhcp, rd.neednet=1]\n"))
        let sector = try SparseFile.read(image.path, at: 0, count: 512)
        #expect(sector[0x5c..<0x64] == [0, 8, 0, 0, 0, 0, 0, 0])
        #expect(sector[510...] == [0x55, 0xaa])
        let core = try SparseFile.read(image.path, at: 1 << 20, count: 512)
        #expect(core[0x1f4..<0x1fc] == [1, 8, 0, 0, 0, 0, 0, 0])
        let efi = try image.partition(.efiSystem)
        let listing = try await Command("mdir", ["-b", "-/", "-i", "\(image.file)@@\(efi.start)", "::"]).run().text
        #expect(listing.contains("::/EFI/BOOT/BOOTX64.EFI"))
        let stamp = try await DiskFixture.debugfs("cat /ignition.firstboot", image.path, image.partition(.boot))
        #expect(stamp == "set ignition_network_kcmdline=\"ip=dhcp rd.neednet=1\"")
    }

    @Test("a root in image.yaml's kernel arguments replaces the default one")
    func kernelArguments() async throws {
        let fixture = try await DiskFixture()
        defer { fixture.keep() }
        let image = try await RawImageBuilder().build(
            fixture.request("disk", imageConfig: "size: 2\nrootfs: ext4\nextra-kargs: [root=UUID=1, quiet]\n"))
        let entry = try await DiskFixture.debugfs(
            "cat /loader/entries/ostree-1-fixture.conf", image.path, image.partition(.boot))
        #expect(entry.contains("options rw $ignition_firstboot root=UUID=1 quiet ignition.platform.id=metal ostree="))
    }

    @Test("content that does not fit is refused before there is an image, with what to change")
    func tooSmall() async throws {
        let fixture = try await DiskFixture(files: ["usr/share/large": Array(repeating: 7, count: 520 << 20)])
        defer { fixture.keep() }
        let request = try fixture.request("disk", imageConfig: "size: 1\nrootfs: ext4\n")
        let error = await #expect(throws: DiskImageError.self) { try await RawImageBuilder().build(request) }
        let text = try #require(error?.description)
        #expect(text.hasPrefix("disk too small: the content needs 11"))
        #expect(text.hasSuffix(" MiB and image.yaml gives 1024 MiB; raise `size` in image.yaml to at least 2 (GiB)"))
        let left = try FileManager.default.contentsOfDirectory(atPath: fixture.directory.path.string)
        #expect(!left.contains { $0.hasSuffix(".raw") || $0.hasSuffix(".partial") })
    }

    @Test("a root filesystem that no disk can have is refused by name")
    func unknownFilesystem() async throws {
        let fixture = try await DiskFixture()
        defer { fixture.keep() }
        let request = try fixture.request("disk", imageConfig: "size: 2\nrootfs: zfs\n")
        await #expect(throws: DiskImageError.unsupportedRootFilesystem("zfs")) {
            try await RawImageBuilder().build(request)
        }
    }

    @Test("a btrfs root is sound, and keeps hard links, owners, modes and the immutable flag")
    func btrfs() async throws {
        let fixture = try await DiskFixture()
        defer { fixture.keep() }
        let image = try await RawImageBuilder().build(
            fixture.request("disk", imageConfig: "size: 2\nrootfs: btrfs\n"))
        let root = try image.partition(.root)
        let copy = fixture.directory.appending("root.img")
        try SparseFile.copy(image.path, to: copy)
        try await Command("fallocate", ["--collapse-range", "-o", "0", "-l", "\(root.start)", copy.string]).run()
        try await Command("btrfs", ["check", "--readonly", copy.string]).run()
        let label = try await Command("blkid", ["-p", "-s", "LABEL", "-s", "UUID", copy.string]).run().text
        #expect(label.contains("LABEL=\"root\"") && label.contains(RawImageBuilder.rootUUID))
        let inodes = try await Command("btrfs", ["inspect-internal", "dump-tree", "-t", "5", copy.string]).run().text
        #expect(inodes.contains("links 2 uid 0 gid 0 rdev 0 mode 104755") || inodes.contains("mode 104755 links 2"))
        #expect(inodes.contains("IMMUTABLE"))
    }

    @Test("an XFS root is sound, and keeps hard links, owners and modes")
    func xfs() async throws {
        let fixture = try await DiskFixture()
        defer { fixture.keep() }
        let image = try await RawImageBuilder().build(
            fixture.request("disk", imageConfig: "size: 2\nrootfs: xfs\n"))
        let root = try image.partition(.root)
        let copy = fixture.directory.appending("root.img")
        try SparseFile.copy(image.path, to: copy)
        try await Command("fallocate", ["--collapse-range", "-o", "0", "-l", "\(root.start)", copy.string]).run()
        try await Command("xfs_repair", ["-n", "-f", copy.string]).run()
        let label = try await Command("xfs_admin", ["-f", "-l", "-u", copy.string]).run().text
        #expect(label.contains("label = \"root\"") && label.contains(RawImageBuilder.rootUUID))
        let path = "/ostree/deploy/fixture/deploy/\(fixture.tree.commit).0/usr/bin/suid"
        let inode = try await Command("xfs_db", ["-r", "-f", "-c", "path \(path)", "-c", "print", copy.string])
            .run().text
        #expect(inode.contains("core.mode = 0104755") && inode.contains("core.nlinkv2 = 2"))
    }
}
