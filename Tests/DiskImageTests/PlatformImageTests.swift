import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import DiskImage

@Suite("Platform images")
struct PlatformImageTests {
    private static let cloudSize = Int64(2) << 30

    @Test("a qcow2 has the size of image.yaml, a table that ends with the disk, and the platform's settings")
    func qemu() async throws {
        let images = try await DerivedImages()
        defer { images.keep() }
        let before = try Digest.ofFile(images.raw.path)
        let output = try await images.derive("qemu")
        #expect(try Digest.ofFile(images.raw.path) == before)
        let check = try await Command("qemu-img", ["check", output.string]).run().text
        #expect(check.contains("No errors were found on the image."))
        #expect(try await Command("qemu-img", ["info", output.string]).run().text.contains("compat: 1.1"))
        let disk = try await images.readBack(output, as: "qcow2")
        #expect(
            try await images.problems(
                disk, platform: "qemu", size: Self.cloudSize, argument: " console=ttyS0,115200n8") == [])
        #expect(
            try await DiskFixture.debugfs("cat /grub2/console.cfg", disk, images.raw.partition(.boot))
                == "# CONSOLE-SETTINGS-START\nserial --speed=115200\n# CONSOLE-SETTINGS-END")
    }

    @Test("what a platform changes is the boot partition and the partition table, and the rest is the raw image")
    func patch() async throws {
        let images = try await DerivedImages()
        defer { images.keep() }
        let disk = try await images.raw.disk(
            for: Platform.named("openstack", basearch: "x86_64"), scratch: images.raw.path.removingLastComponent())
        let boot = try images.raw.partition(.boot)
        let bytes = disk.patch.pieces.reduce(0) { $0 + $1.bytes.count }
        #expect(bytes < 256 << 10)
        for piece in disk.patch.pieces {
            let isTable = piece.end <= .mebibyte || piece.offset >= images.raw.size - .mebibyte
            #expect(isTable || (piece.offset >= boot.start && piece.end <= boot.start + boot.size))
        }
        let output = try await images.derive("openstack")
        let back = try await images.readBack(output, as: "qcow2")
        let root = try images.raw.partition(.root)
        let same = try await Command(
            "cmp", ["-n", "\(root.size)", "-i", "\(root.start)", images.raw.file, back.string]
        ).capture()
        #expect(same.status == 0)
    }

    @Test(
        "metal is the raw image but for its platform's settings, and raw cloud images are as large as image.yaml says")
    func raw() async throws {
        let images = try await DerivedImages()
        defer { images.keep() }
        #expect(images.raw.size < images.raw.cloudSize)
        let metal = try await images.derive("metal")
        #expect(try await images.problems(metal, platform: "metal", size: images.raw.size) == [])
        let vultr = try await images.derive("vultr")
        #expect(try await images.problems(vultr, platform: "vultr", size: Self.cloudSize) == [])
        let allocated = try SparseFile.dataRanges(vultr).reduce(0) { $0 + ($1.upperBound - $1.lowerBound) }
        #expect(allocated < Int64(try images.raw.allocatedSize) + .mebibyte)
    }

    @Test("images are the same bytes each time, whatever folder they are made in and whatever holes the raw image has")
    func reproducible() async throws {
        let images = try await DerivedImages()
        defer { images.keep() }
        // The raw image is another file, with another name and no holes.
        let copy = RawImage(images.raw, file: images.path("copy-of-it.img"))
        try await Command("cp", ["--sparse=never", images.raw.file, copy.file]).run()
        for platform in [
            "aws", "azure", "gcp", "hyperv", "kubevirt", "metal", "nutanix", "qemu", "virtualbox", "vmware", "vultr",
        ] {
            let first = try Digest.ofFile(try await images.derive(platform))
            let again = try await images.derive(platform, in: "another-folder", of: copy)
            #expect(try Digest.ofFile(again) == first, "\(platform)")
        }
    }

    @Test("Nutanix's qcow2 is compressed inside")
    func nutanix() async throws {
        let images = try await DerivedImages()
        defer { images.keep() }
        let output = try await images.derive("nutanix")
        let check = try await Command("qemu-img", ["check", "--output=json", output.string]).run().text
        #expect(check.contains("\"compressed-clusters\"") && !check.contains("\"compressed-clusters\": 0"))
        let disk = try await images.readBack(output, as: "qcow2")
        #expect(try await images.problems(disk, platform: "nutanix", size: Self.cloudSize) == [])
    }

    @Test("a VMDK for AWS is stream-optimized, sound, and what qemu-img converts the disk to")
    func aws() async throws {
        let images = try await DerivedImages()
        defer { images.keep() }
        let output = try await images.derive("aws")
        let peer = images.path("peer.vmdk")
        try await Command(
            "qemu-img",
            [
                "convert", "-f", "raw", "-O", "vmdk", "-o", "adapter_type=lsilogic,subformat=streamOptimized,compat6",
                try await images.readBack(output, as: "vmdk").string, peer.string,
            ]
        ).run()
        try VMDKHeader.normalize(peer, seed: images.raw.commit)
        #expect(try Digest.ofFile(peer) == Digest.ofFile(output))
        try await Command("qemu-img", ["check", output.string]).run()
        let info = try await Command("qemu-img", ["info", output.string]).run().text
        #expect(info.contains("create type: streamOptimized"))
        let disk = try await images.readBack(output, as: "vmdk")
        #expect(try await images.problems(disk, platform: "aws", size: Self.cloudSize) == [])
    }

    @Test("a platform whose tools are missing says which", arguments: ["nvidiabluefield", "qemu-secex"])
    func requirement(name: String) async throws {
        let images = try await DerivedImages()
        defer { images.keep() }
        let platform = try #require(Platform.all.first { $0.name == name })
        let error = await #expect(throws: DiskImageError.self) {
            try await images.derive(platform)
        }
        #expect(error?.description.hasPrefix("\(name) images cannot be made here: they need ") == true)
    }

    @Test("sectors of another size than the raw image's are refused, and nothing is left")
    func sectorSize() async throws {
        let images = try await DerivedImages()
        defer { images.keep() }
        let platform = try Platform.named("metal4k", basearch: "x86_64")
        #expect(platform.ignitionID == "metal" && platform.sectorSize == 4096)
        let error = await #expect(throws: DiskImageError.self) { try await images.derive(platform) }
        #expect(
            error?.description
                == "metal4k needs a raw image with sectors of 4096 bytes, and this one has sectors of 512 bytes")
        #expect(!FileContent.exists(images.path("out")))
    }
}

extension DerivedImages {
    fileprivate func derive(_ platform: Platform) async throws {
        let image = try fixture.request("again").image
        try await PlatformImageBuilder(
            machine: MachineDescription(name: "fixture", summary: nil, version: "1", image: image)
        ) { _, _ in }.derive(platform, from: raw, to: path("out"), workDirectory: path("scratch"))
    }
}

extension RawImage {
    /// The same image in another file.
    init(_ other: RawImage, file: FilePath) {
        self.init(
            file: file.string, size: other.size, cloudSize: other.cloudSize, sectorSize: other.sectorSize,
            basearch: other.basearch, timestamp: other.timestamp, osname: other.osname, commit: other.commit,
            platforms: other.platforms, partitions: other.partitions)
    }
}
