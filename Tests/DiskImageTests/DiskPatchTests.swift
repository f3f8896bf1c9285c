import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import DiskImage

@Suite("Disk patches")
struct DiskPatchTests {
    @Test("later bytes win over earlier ones, and pieces are sorted and do not overlap")
    func writing() {
        var patch = DiskPatch()
        patch.write([1, 1, 1, 1, 1, 1], at: 10)
        patch.write([2, 2], at: 4)
        patch.write([3, 3], at: 12)
        patch.write([4, 4, 4], at: 5)
        patch.write([], at: 100)
        #expect(patch.pieces.map(\.offset) == [4, 5, 10, 12, 14])
        #expect(patch.pieces.map(\.bytes) == [[2], [4, 4, 4], [1, 1], [3, 3], [1, 1]])
        var buffer = [UInt8](repeating: 0, count: 8)
        buffer.withUnsafeMutableBytes { patch.apply(to: $0, at: 6) }
        #expect(buffer == [4, 4, 0, 0, 1, 1, 3, 3])
    }

    @Test("a patched disk is the raw image with the patch over it, and zeros after it")
    func reading() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let file = directory.appending("raw")
        try SparseFile.create(file, size: 1 << 20)
        try SparseFile.write(Array(repeating: 7, count: 8192), to: file, at: 64 << 10)
        var patch = DiskPatch()
        patch.write([1, 2, 3], at: (64 << 10) + 4094)
        patch.write([9], at: (4 << 20) - 1)
        let disk = PatchedDisk(base: file, baseSize: 1 << 20, patch: patch, size: 4 << 20)
        #expect(
            try disk.dataRanges(alignment: 4096) == [64 << 10..<72 << 10, (4 << 20) - 4096..<4 << 20])
        let copy = directory.appending("copy")
        try RawFile(disk: disk).write(to: copy, footer: [5])
        var expected = [UInt8](repeating: 0, count: 4 << 20)
        expected.put(Array(repeating: 7, count: 8192), at: 64 << 10)
        expected.put([1, 2, 3], at: (64 << 10) + 4094)
        expected[(4 << 20) - 1] = 9
        #expect(try FileContent.read(copy) == expected + [5])
        #expect(try SparseFile.digest(copy) == Digest.of(expected + [5]))
        let qcow2 = directory.appending("qcow2")
        for content in [Qcow2File.Content.plain, .compressed, .patch] {
            try Qcow2File(disk: disk, content: content).write(to: qcow2)
            let back = directory.appending("back")
            try await Command("qemu-img", ["check", "-q", qcow2.string]).run()
            try await Command("qemu-img", ["convert", "-O", "raw", qcow2.string, back.string]).run()
            #expect(try FileContent.read(back) == expected)
        }
    }

    @Test("a table that grows is what sfdisk makes of it")
    func partitionTable() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let (file, grown) = (directory.appending("raw"), directory.appending("grown"))
        let (size, newSize) = (Int64(64) << 20, Int64(5) << 30)
        try SparseFile.create(file, size: size)
        let script = "label: gpt\nlabel-id: 00000000-0000-4000-a000-000000000001\n\n2048 8192 U - *\n"
        try await Command("sfdisk", ["-q", file.string]).run(input: Array(script.utf8))
        let patch = try GrownPartitionTable(of: file, sectorSize: 512).patch(from: size, to: newSize)
        try RawFile(disk: PatchedDisk(base: file, baseSize: size, patch: patch, size: newSize)).write(to: grown)
        #expect(try SparseFile.read(grown, at: size - 33 * 512, count: 33 * 512).allSatisfy { $0 == 0 })

        try SparseFile.resize(file, to: newSize)
        try await Command("sfdisk", ["-q", "--relocate", "gpt-bak-std", file.string]).run()
        for offset in [512, newSize - 512] {
            #expect(try SparseFile.read(grown, at: offset, count: 92) == SparseFile.read(file, at: offset, count: 92))
        }
        #expect(try await Command("sgdisk", ["--verify", grown.string]).run().text.contains("No problems found"))
    }

    /// Makes a table of one partition, or says what is wrong with one.
    private static let tables = """
        import binascii, os, struct, sys
        path, sector = sys.argv[2], int(sys.argv[3])
        last = os.stat(path).st_size // sector - 1
        count = 128 * 128 // sector
        def header(this, other, first, entries):
            def pack(crc):
                return struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, crc, 0, this, other, 2 + count,
                                   last - 1 - count, bytes(range(16)), first, 128, 128, binascii.crc32(entries))
            return pack(binascii.crc32(pack(0)))
        file = open(path, "r+b")
        if sys.argv[1] == "make":
            entries = (bytes(range(32)) + struct.pack("<QQ", 256, 511)).ljust(128 * 128, b"\\0")
            file.write(bytes(446) + struct.pack("<B3sB3sII", 0, b"\\0\\2\\0", 0xee, b"\\xff" * 3, 1, last)
                       + bytes(48) + b"\\x55\\xaa")
            for this, other, first in ((1, last, 2), (last, 1, last - count)):
                file.seek(first * sector)
                file.write(entries)
                file.seek(this * sector)
                file.write(header(this, other, first, entries))
        else:
            for this, other, first in ((1, last, 2), (last, 1, last - count)):
                file.seek(first * sector)
                entries = file.read(128 * 128)
                file.seek(this * sector)
                print(file.read(92) == header(this, other, first, entries), entries[32:48].hex())
            file.seek(446 + 12)
            print(struct.unpack("<I", file.read(4))[0] == last)
        """

    @Test("a table of other sectors grows, too", arguments: [512, 4096])
    func sectors(size sector: Int) async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let (file, grown) = (directory.appending("raw"), directory.appending("grown"))
        let (size, newSize) = (Int64(64) << 20, Int64(5) << 30)
        try SparseFile.create(file, size: size)
        func python(_ what: String, _ path: FilePath) async throws -> String {
            try await Command("python3", ["-c", Self.tables, what, path.string, "\(sector)"]).run().text
        }
        _ = try await python("make", file)
        let entry = "0001000000000000ff01000000000000"
        let right = "True \(entry)\nTrue \(entry)\nTrue"
        #expect(try await python("read", file) == right)
        let patch = try GrownPartitionTable(of: file, sectorSize: sector).patch(from: size, to: newSize)
        try RawFile(disk: PatchedDisk(base: file, baseSize: size, patch: patch, size: newSize)).write(to: grown)
        #expect(try await python("read", grown) == right)
    }

    @Test("a disk without a table is named")
    func noTable() throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let file = directory.appending("raw")
        try SparseFile.create(file, size: 1 << 20)
        let error = #expect(throws: DiskImageError.self) { try GrownPartitionTable(of: file, sectorSize: 512) }
        #expect(error?.description == "\(file) is not a disk with a GUID partition table of 512 byte sectors")
    }
}
