import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import DiskImage

@Suite("Partitions of image.yaml")
struct PartitionConfigTests {
    @Test("image.yaml changes partitions and adds some, before the root, which has its number as ever")
    func partitions() async throws {
        let fixture = try await DiskFixture()
        defer { fixture.keep() }
        let config = """
            size: 2
            rootfs: ext4
            partitions:
              boot: {size: 200}
              EFI-SYSTEM: {size: 200}
              PowerPC-PReP-boot: {size: 8}
              var: {size: 64, filesystem: ext4, type: 4d21b016-b534-45c2-a9fb-5c16e091fd2d}
              data: {size: 3}

            """
        let image = try await RawImageBuilder().build(fixture.request("disk", imageConfig: config))
        let root = try image.partition(.root)
        let sectors = image.partitions.map {
            "start=\(DiskFixture.padded($0.start / 512)), size=\(DiskFixture.padded($0.size / 512))"
        }
        let dump = try await Command("sfdisk", ["--dump", image.file]).run().text
        let names = ["BIOS-BOOT", "EFI-SYSTEM", "boot", "data", "var", "root"]
        for (index, (number, name)) in zip([1, 2, 3, 5, 6, 4], names).enumerated() {
            let line = try #require(dump.split(separator: "\n").first { $0.contains("name=\"\(name)\"") })
            #expect(line.hasPrefix("\(image.file)\(number) : \(sectors[index])"))
        }
        #expect(image.partitions.map { $0.size >> 20 } == [1, 200, 200, 3, 64, root.size >> 20])
        #expect(dump.contains("type=4D21B016-B534-45C2-A9FB-5C16E091FD2D"))
        #expect(dump.contains("type=0FC63DAF-8483-4772-8E79-3D69D8477DE4"))
        for partition in [image.partitions[4], root, try image.partition(.boot)] {
            #expect(try await DiskFixture.problems(image.path, partition) == "")
        }
        let added = try await Command(
            "blkid", ["-p", "-s", "LABEL", "-O", "\(image.partitions[4].start)", image.file]
        ).run().text
        #expect(added.contains("LABEL=\"var\""))
        let data = image.partitions[3]
        #expect(try SparseFile.read(image.path, at: data.start, count: Int(data.size)).allSatisfy { $0 == 0 })
        let efi = try image.partition(.efiSystem)
        let copy = fixture.directory.appending("efi.img")
        try SparseFile.copy(image.path, to: copy)
        try await Command("fallocate", ["--collapse-range", "-o", "0", "-l", "\(efi.start)", copy.string]).run()
        try await Command("truncate", ["-s", "\(efi.size)", copy.string]).run()
        try await Command("fsck.vfat", ["-n", copy.string]).run()
    }

    @Test(
        "partitions that are too small for what is in them are refused, with the size they need",
        arguments: [
            (
                "boot: {size: 20}",
                "boot partition too small: kernel and initramfs need 33 MiB and the partition has 20 MiB; make the "
                    + "initramfs smaller (`dracut-args` of the treefile), or the partition larger (`partitions: {boot: "
                    + "{size: 33}}` in image.yaml)"
            ),
            (
                "EFI-SYSTEM: {size: 4}",
                "EFI system partition too small: it needs 17 MiB and has 4 MiB; raise `partitions: {EFI-SYSTEM: {size: "
                    + "…}}` in image.yaml"
            ),
            (
                "data: {size: 4000}",
                "disk too small: the content needs "
            ),
        ])
    func smallPartitions(_ line: String, _ message: String) async throws {
        let fixture = try await DiskFixture()
        defer { fixture.keep() }
        let request = try fixture.request("disk", imageConfig: "size: 2\nrootfs: ext4\npartitions:\n  \(line)\n")
        let error = await #expect(throws: DiskImageError.self) { try await RawImageBuilder().build(request) }
        #expect(try #require(error?.description).hasPrefix(message))
        #expect(!FileManager.default.fileExists(atPath: request.output.string))
    }

    @Test(
        "an EFI system partition of any size is the FAT that its size makes it",
        arguments: [17, 128, 129, 256, 257, 261])
    func efiSystemSizes(_ size: Int) async throws {
        let directory = try TemporaryDirectory()
        try FileManager.default.createDirectory(
            atPath: directory.appending("efi/EFI").string, withIntermediateDirectories: true)
        let image = directory.appending("efi.img")
        try SparseFile.create(image, size: Int64(size) << 20)
        let extent = PartitionExtent(number: 1, role: .efiSystem, start: 0, size: Int64(size) << 20)
        try await EFISystemWriter(image: image, sectorSize: 512, timestamp: 1_700_000_000)
            .write(directory.appending("efi"), to: extent)
        let report = try await Command("fsck.vfat", ["-n", "-v", image.string]).run().text
        let clusters = report.split(separator: "\n").compactMap { line -> Int? in
            guard line.contains("clusters") else { return nil }
            return line.split(whereSeparator: { " /".contains($0) }).dropLast().last.flatMap { Int($0) }
        }.last
        let type = try await Command("blkid", ["-p", "-s", "VERSION", image.string]).run().text
        #expect(type.contains(size > 260 ? "FAT32" : "FAT16"))
        // Below this number, what says FAT32 is read as FAT16.
        #expect((size > 260) == (try #require(clusters) >= 65525), "\(report)")
    }
}
