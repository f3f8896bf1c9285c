import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import DiskImage

/// What clouds demand of the files that they import, told by readers that are no part of this project.
@Suite("Formats of clouds")
struct CloudFormatTests {
    private static let size = Int64(2) << 30

    @Test(
        "Azure's VHD is fixed, of whole MiB, and but for time and UUID what qemu-img writes",
        arguments: ["azure", "azurestack"])
    func azure(platform: String) async throws {
        let images = try await DerivedImages()
        defer { images.keep() }
        let output = try await images.derive(platform)
        #expect(try SparseFile.size(output) == Self.size + 512)
        let found = try await images.python(
            """
            import struct, sys
            file = open(sys.argv[1], "rb")
            file.seek(-512, 2)
            footer = file.read()
            cookie, features, version, offset, time = struct.unpack(">8sIIQI", footer[:28])
            original, current = struct.unpack(">QQ", footer[40:56])
            kind, checksum = struct.unpack(">II", footer[60:68])
            plain = footer[:64] + bytes(4) + footer[68:]
            print(cookie.decode(), version == 0x10000, offset == 2**64 - 1, kind, current % 2**20, current == original,
                  checksum == ~sum(plain) & 0xffffffff, time, footer[68:84] != bytes(16))
            """, output.string)
        // 946684800 is the year 2000.
        #expect(found == "conectix True True 2 0 True True \(images.raw.timestamp - 946_684_800) True")

        let disk = try await images.readBack(output, as: "vpc")
        #expect(try await images.problems(disk, platform: platform, size: Self.size) == [])
        let peer = images.path("peer.vhd")
        try await Command(
            "qemu-img",
            ["convert", "-f", "raw", "-O", "vpc", "-o", "force_size=on,subformat=fixed", disk.string, peer.string]
        ).run()
        let ours = try SparseFile.read(output, at: Self.size, count: 512)
        let theirs = try SparseFile.read(peer, at: Self.size, count: 512)
        let differing = (0..<512).filter { ours[$0] != theirs[$0] }
        #expect(differing.allSatisfy { (24..<28).contains($0) || (64..<84).contains($0) }, "\(differing)")
    }

    @Test("a VHD's disk of half a MiB is refused")
    func unaligned() async throws {
        let images = try await DerivedImages()
        defer { images.keep() }
        var raw = images.raw
        raw = RawImage(raw, cloudSize: raw.cloudSize + 1000)
        let odd = raw
        let error = await #expect(throws: DiskImageError.self) { try await images.derive("azure", of: odd) }
        #expect(error?.description == "azure takes disks of whole MiB only, and this one has 2147484648 bytes")
        let gcp = await #expect(throws: DiskImageError.self) { try await images.derive("gcp", of: odd) }
        #expect(gcp?.description == "Google's cloud takes disks of whole GiB only, and this one has 2147484648 bytes")
    }

    @Test("Google's archive has disk.raw alone, sparse, in GNU's old format, of whole GiB, and gzip tells no time")
    func gcp() async throws {
        let images = try await DerivedImages()
        defer { images.keep() }
        let output = try await images.derive("gcp")
        let header = try SparseFile.read(output, at: 0, count: 10)
        // No name, no time, the best compression.
        #expect(header == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255])
        let found = try await images.python(
            """
            import gzip, sys, tarfile
            data = gzip.open(sys.argv[1]).read(512)
            members = tarfile.open(sys.argv[1], "r:gz").getmembers()
            print([m.name for m in members], data[156:157], data[257:265], members[0].size, members[0].issparse(),
                  members[0].uid, members[0].gid, members[0].mtime, oct(members[0].mode))
            """, output.string)
        #expect(
            found == #"['disk.raw'] b'S' b'ustar  \x00' \#(Self.size) True 0 0 \#(images.raw.timestamp) 0o644"#)
        let folder = images.path("unpacked")
        try FileContent.createDirectory(folder)
        try await Command("tar", ["-xzSf", output.string, "-C", folder.string]).run()
        let disk = folder.appending("disk.raw")
        #expect(try await images.problems(disk, platform: "gcp", size: Self.size) == [])
        let plain = images.path("plain.tar")
        try await Command("sh", ["-c", "gzip -dc \"$0\" >\"$1\"", output.string, plain.string]).run()
        #expect(try SparseFile.size(plain) % 10240 == 0)
        #expect(try SparseFile.size(plain) < images.raw.allocatedSize + 2 * .mebibyte)
    }

    @Test("parts of a sparse file beyond what the first header holds, and beyond 8 GiB, are found by GNU tar")
    func manyParts() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let (file, archive) = (directory.appending("raw"), directory.appending("tar.gz"))
        let size = Int64(10) << 30
        try SparseFile.create(file, size: size)
        for part in 0..<60 {
            try SparseFile.write(Array("part \(part)".utf8), to: file, at: Int64(part) * 170 << 20)
        }
        let disk = PatchedDisk(base: file, baseSize: size, patch: DiskPatch(), size: size)
        try GCPArchive(disk: disk, timestamp: 1).write(to: archive)
        let unpacked = directory.appending("disk.raw")
        try await Command("tar", ["-xzSf", archive.string, "-C", directory.path.string]).run()
        #expect(try SparseFile.size(unpacked) == size)
        for part in 0..<60 {
            let text = Array("part \(part)".utf8)
            #expect(try SparseFile.read(unpacked, at: Int64(part) * 170 << 20, count: text.count) == text)
        }
        #expect(try SparseFile.digest(unpacked) == SparseFile.digest(file))
    }

    @Test("Hyper-V's VHDX is sound, and its headers have fixed numbers and right checksums")
    func hyperv() async throws {
        let images = try await DerivedImages()
        defer { images.keep() }
        let output = try await images.derive("hyperv")
        let check = try await Command("qemu-img", ["check", "-f", "vhdx", output.string]).run().text
        #expect(check.contains("No errors were found on the image."))
        let disk = try await images.readBack(output, as: "vhdx")
        #expect(try await images.problems(disk, platform: "hyperv", size: Self.size) == [])
        let found = try await images.python(
            """
            import struct, sys
            file = open(sys.argv[1], "rb").read()
            def crc32c(data):
                crc = 0xffffffff
                for byte in data:
                    crc ^= byte
                    for _ in range(8):
                        crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
                return crc ^ 0xffffffff
            for start in (65536, 131072):
                header = file[start:start + 4096]
                stored, number = struct.unpack("<IQ", header[4:16])
                length, log = struct.unpack("<IQ", header[68:80])
                print(header[:4].decode(), number, stored == crc32c(header[:4] + bytes(4) + header[8:]),
                      header[48:64] == bytes(16), file[log:log + length] == bytes(length))
            """, output.string)
        #expect(found.split(separator: "\n").sorted() == ["head 1 True True True", "head 2 True True True"])
    }

    @Test("the checksum of VHDX is iSCSI's")
    func checksum() {
        // RFC 3720, appendix B.4.
        #expect(CRC32C.checksum(Array(repeating: 0, count: 32)) == 0x8a91_36aa)
        #expect(CRC32C.checksum(Array(0..<32)) == 0x46dd_794e)
    }

    @Test("what is no VHDX is named")
    func noVHDX() throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let file = directory.appending("x.vhdx")
        try SparseFile.create(file, size: 1 << 20)
        let error = #expect(throws: DiskImageError.self) { try VHDXHeader.normalize(file, seed: "") }
        #expect(error?.description == "\(file) is not a VHDX that was closed in order")
    }
}

extension RawImage {
    /// The same image for larger clouds.
    fileprivate init(_ other: RawImage, cloudSize: Int64) {
        self.init(
            file: other.file, size: other.size, cloudSize: cloudSize, sectorSize: other.sectorSize,
            basearch: other.basearch, timestamp: other.timestamp, osname: other.osname, commit: other.commit,
            platforms: other.platforms, partitions: other.partitions)
    }
}
