import Ext2fs
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@Suite("An ext4 filesystem in a file")
struct Ext4FilesystemTests {
    private static let offset: Int64 = 1 << 20

    /// A filesystem at 1 MiB with a directory `d` that holds `file` and a symbolic link to it.
    private func make(in directory: TemporaryDirectory, content: String = "old content\n") async throws -> FilePath {
        try directory.write(content, to: "tree/d/file", mode: 0o640)
        try FileManager.default.createSymbolicLink(
            atPath: directory.appending("tree/link").string, withDestinationPath: "d")
        let image = try directory.write("", to: "image")
        truncate(image.string, 32 << 20)
        try await Command(
            "mke2fs",
            ["-q", "-F", "-t", "ext4", "-E", "offset=\(Self.offset)", "-d", directory.appending("tree").string]
                + [image.string, "16m"]
        ).run()
        return image
    }

    private func open(_ image: FilePath) throws -> Ext4Filesystem {
        try Ext4Filesystem(path: image, offset: Self.offset, timestamp: 1_700_000_000)
    }

    private func debugfs(_ request: String, _ image: FilePath) async throws -> String {
        try await Command("debugfs", ["-R", request, "\(image)?offset=\(Self.offset)"]).run().text
    }

    private func check(_ image: FilePath) async throws {
        let result = try await Command("e2fsck", ["-f", "-n", "\(image)?offset=\(Self.offset)"]).capture()
        #expect(result.status == 0, "\(result.text)")
    }

    @Test("lists and reads files, through symbolic links too")
    func reading() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let filesystem = try open(try await make(in: directory))
        #expect(try filesystem.list("/") == ["d", "link", "lost+found"])
        #expect(try filesystem.read("/link/file") == Array("old content\n".utf8))
        #expect(throws: Ext2fsError.self) { try filesystem.read("/missing") }
    }

    @Test("gives a file another content, longer or shorter, and leaves a clean filesystem", arguments: [3, 200_000])
    func overwriting(count: Int) async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let image = try await make(in: directory, content: String(repeating: "old ", count: 5000))
        let content = Array(repeating: UInt8(ascii: "n"), count: count)
        let filesystem = try open(image)
        try filesystem.overwrite("/d/file", with: content)
        try filesystem.close()
        try await check(image)
        #expect(try await debugfs("cat /d/file", image) == String(decoding: content, as: UTF8.self))
        #expect(try await debugfs("stat /d/file", image).contains("Mode:  0640"))
    }

    @Test("the superblock says the given time of writing")
    func superblock() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let image = try await make(in: directory)
        let filesystem = try open(image)
        // More blocks than before, so that the superblock changes, too.
        try filesystem.overwrite("/d/file", with: Array(repeating: 1, count: 100_000))
        try filesystem.close()
        // s_wtime, 0x30 bytes into the superblock, which is 1 KiB into the filesystem.
        let bytes = try FileContent.read(image)[(Int(Self.offset) + 1024 + 0x30)...].prefix(4)
        #expect(bytes.reversed().reduce(0) { $0 << 8 | Int($1) } == 1_700_000_000)
    }

    @Test("what is no filesystem is refused with the library's reason")
    func noFilesystem() throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let file = try directory.write(String(repeating: "x", count: 3 << 20), to: "file")
        let error = #expect(throws: Ext2fsError.self) { try open(file) }
        #expect(error?.description.hasSuffix("Bad magic number in super-block") == true)
    }
}
