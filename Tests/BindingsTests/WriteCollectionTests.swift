import Ext2fs
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@Suite("Changes of an ext4 filesystem that are collected")
struct WriteCollectionTests {
    private static let offset: Int64 = 1 << 20

    /// A filesystem at 1 MiB with a directory `d` that holds `file` and `kept`.
    private func make(in directory: TemporaryDirectory) async throws -> FilePath {
        try directory.write(String(repeating: "old ", count: 5000), to: "tree/d/file")
        try directory.write("kept\n", to: "tree/d/kept")
        let image = try directory.write("", to: "image")
        truncate(image.string, 64 << 20)
        let features = "metadata_csum,64bit,^orphan_file"
        try await Command(
            "mke2fs",
            ["-q", "-F", "-t", "ext4", "-O", features, "-E", "offset=\(Self.offset)"]
                + ["-d", directory.appending("tree").string, image.string, "48m"]
        ).run()
        return image
    }

    private func open(_ image: FilePath, collecting: Bool) throws -> Ext4Filesystem {
        try Ext4Filesystem(path: image, offset: Self.offset, timestamp: 1_700_000_000, collectingWrites: collecting)
    }

    /// Every kind of change that there is.
    private func edit(_ filesystem: Ext4Filesystem) throws {
        try filesystem.overwrite("/d/file", with: Array(repeating: 7, count: 3))
        try filesystem.overwrite("/d/file", with: Array(repeating: 8, count: 300_000))
        try filesystem.makeDirectory("/new")
        for number in 0..<200 { try filesystem.write("/new/\(number)", Array("\(number)\n".utf8)) }
    }

    @Test("they make the file that the same changes make directly, and leave the source as it is")
    func patch() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let source = try await make(in: directory)
        let direct = directory.appending("direct")
        try FileManager.default.copyItem(atPath: source.string, toPath: direct.string)
        let filesystem = try open(direct, collecting: false)
        try edit(filesystem)
        try filesystem.close()

        // Reading is all that it takes.
        chmod(source.string, 0o400)
        let before = try Digest.ofFile(source)
        let collecting = try open(source, collecting: true)
        try edit(collecting)
        #expect(try collecting.read("/new/199") == Array("199\n".utf8))
        #expect(try collecting.list("/new").count == 200)
        let ranges = try collecting.closeCollectingWrites()
        #expect(try Digest.ofFile(source) == before)

        var patched = try FileContent.read(source)
        for range in ranges { patched.apply(range) }
        #expect(patched == (try FileContent.read(direct)))
        let result = try await Command("e2fsck", ["-f", "-n", "\(direct)?offset=\(Self.offset)"]).capture()
        #expect(result.status == 0, "\(result.text)")
    }

    @Test("they are in order, apart from each other, and only what differs from the file")
    func ranges() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let source = try await make(in: directory)
        let bytes = try FileContent.read(source)
        let filesystem = try open(source, collecting: true)
        try filesystem.overwrite("/d/kept", with: Array("KEPT\n".utf8))
        let ranges = try filesystem.closeCollectingWrites()
        #expect(!ranges.isEmpty)
        for (range, next) in zip(ranges, ranges.dropFirst()) {
            #expect(range.offset + Int64(range.bytes.count) < next.offset)
        }
        for range in ranges {
            #expect(range.offset >= Self.offset && range.bytes.count % 1024 == 0)
            #expect(range.bytes != Array(bytes[Int(range.offset)...].prefix(range.bytes.count)))
        }
        // The file's block, its inode's part of the table, and what an allocation touches.
        #expect(ranges.map(\.bytes.count).reduce(0, +) <= 16 << 10)
    }

    @Test("nothing changed is an empty patch")
    func nothing() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let filesystem = try open(try await make(in: directory), collecting: true)
        #expect(try filesystem.read("/d/kept") == Array("kept\n".utf8))
        #expect(try filesystem.closeCollectingWrites() == [])
    }

    @Test("a filesystem that was opened to be written has none, and says so")
    func direct() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let image = try await make(in: directory)
        let filesystem = try open(image, collecting: false)
        let error = #expect(throws: Ext2fsError.self) { try filesystem.closeCollectingWrites() }
        #expect(
            error?.description == "cannot collect writes to the ext4 filesystem at byte 1048576 of \(image): "
                + "it was opened to be written: Invalid argument")
        try filesystem.close()
    }

    @Test("a filesystem with a feature that the library cannot keep right is not changed")
    func unknownFeature() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let image = try directory.write("", to: "image")
        truncate(image.string, 8 << 20)
        try await Command("mke2fs", ["-q", "-F", "-t", "ext4", "-O", "^metadata_csum", image.string]).run()
        // A bit of s_feature_ro_compat, 0x64 bytes into the superblock, that stands for nothing yet.
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: image.string))
        try handle.seek(toOffset: 1024 + 0x67)
        try handle.write(contentsOf: [0x80])
        try handle.close()
        let error = #expect(throws: Ext2fsError.self) {
            try Ext4Filesystem(path: image, offset: 0, timestamp: 1, collectingWrites: true)
        }
        #expect(error?.description.hasSuffix("Filesystem has unsupported read-only feature(s)") == true)
    }
}

extension [UInt8] {
    /// Puts a patch into its place.
    fileprivate mutating func apply(_ range: WrittenRange) {
        let start = Int(range.offset)
        replaceSubrange(start..<start + range.bytes.count, with: range.bytes)
    }
}
