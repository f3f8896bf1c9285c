import Ext2fs
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@Suite("Filling an ext4 filesystem")
struct Ext4PopulatorTests {
    private static let offset: Int64 = 1 << 20
    private static let plain = Ext4Attributes(permissions: 0o644, modificationTime: 1)

    /// An empty filesystem of `size` MiB at 1 MiB.
    private static func make(
        in directory: TemporaryDirectory, size: Int = 32, features: String = "metadata_csum,64bit,^orphan_file",
        _ options: [String] = []
    ) async throws -> FilePath {
        let image = try directory.write("", to: "image")
        truncate(image.string, off_t(size + 1) << 20)
        try await Command(
            "mke2fs",
            ["-q", "-F", "-t", "ext4", "-b", "4096", "-I", "256", "-i", "8192", "-O", features]
                + options + ["-E", "offset=\(offset)", image.string, "\(size)m"]
        ).run()
        return image
    }

    private static func open(_ image: FilePath) throws -> Ext4Populator {
        try Ext4Populator(path: image, offset: offset, timestamp: 1_700_000_000)
    }

    private static func debugfs(_ request: String, _ image: FilePath) async throws -> String {
        try await Command("debugfs", ["-R", request, "\(image)?offset=\(offset)"]).run().text
    }

    private static func problems(_ image: FilePath) async throws -> String {
        let result = try await Command("e2fsck", ["-f", "-n", "\(image)?offset=\(offset)"]).capture()
        return result.status == 0 ? "" : result.text
    }

    /// What is said about a call, with the filesystem's name cut out.
    private static func refusal(
        _ image: FilePath, _ body: (Ext4Populator) throws -> Void
    ) throws -> String? {
        let populator = try open(image)
        try populator.makeDirectory("/d", plain)
        try populator.makeFile("/d/file", [1], plain)
        let error = #expect(throws: Ext2fsError.self) { try body(populator) }
        return error?.description.replacing(" the ext4 filesystem at byte \(offset) of \(image)", with: "")
    }

    @Test("what cannot be made is refused by its path, with the cause")
    func refusals() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let image = try await Self.make(in: directory)
        let plain = Self.plain
        let cases: [(String, (Ext4Populator) throws -> Void)] = [
            ("cannot make /x/y in: No such file or directory", { try $0.makeFile("/x/y", [], plain) }),
            ("cannot make /d/file/y in: Not a directory", { try $0.makeFile("/d/file/y", [], plain) }),
            ("cannot make /d/file in: File exists", { try $0.makeFile("/d/file", [], plain) }),
            ("cannot make /d in: File exists", { try $0.makeDirectory("/d", plain) }),
            ("cannot make /d/.. in: Invalid argument", { try $0.makeDirectory("/d/..", plain) }),
            ("cannot make /d/ in: Invalid argument", { try $0.makeDirectory("/d/", plain) }),
            ("cannot make d in: Invalid argument", { try $0.makeDirectory("d", plain) }),
            ("cannot make /n in a link to /d: Is a directory", { try $0.makeHardLink("/n", to: "/d") }),
            ("cannot make /n in a link to /m: No such file or directory", { try $0.makeHardLink("/n", to: "/m") }),
            (
                "cannot make the symbolic link /l in: its target has 4096 bytes: File name too long",
                { try $0.makeSymbolicLink("/l", to: String(repeating: "t", count: 4096), plain) }
            ),
            (
                "cannot make the symbolic link /l in: its target has 0 bytes: Invalid argument",
                { try $0.makeSymbolicLink("/l", to: "", plain) }
            ),
            (
                "cannot open \(directory.path)/none: No such file or directory",
                { try $0.makeFile("/f", copying: directory.appending("none"), size: 1, plain) }
            ),
        ]
        for (message, body) in cases { #expect(try Self.refusal(image, body) == message) }
        let long = "/d/" + String(repeating: "n", count: 256)
        #expect(
            try Self.refusal(image) { try $0.makeFile(long, [], plain) } == "cannot make \(long) in: File name too long"
        )
    }

    @Test(
        "a time after 2038 has the bits that its low word, which is signed, cannot hold",
        arguments: [
            (2_147_483_647, "0x7fffffff:00000000"), (2_147_483_648, "0x80000000:00000001"),
            (4_294_967_296, "0x00000000:00000001"), (6_442_450_944, "0x80000000:00000002"),
        ])
    func lateTimes(time: Int64, stored: String) async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let image = try await Self.make(in: directory)
        let populator = try Self.open(image)
        try populator.makeFile("/file", [1], Ext4Attributes(permissions: 0o644, modificationTime: time))
        try populator.close()
        #expect(try await Self.debugfs("stat /file", image).contains(" mtime: \(stored)"))
        #expect(try await Self.problems(image) == "")
    }

    @Test("attributes that cannot be stored are refused by file and name")
    func attributes() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let image = try await Self.make(in: directory)
        func refusal(_ name: String, _ size: Int) throws -> String? {
            let attributes = Ext4Attributes(
                permissions: 0o644, modificationTime: 1, extendedAttributes: [name: Array(repeating: 1, count: size)])
            return try Self.refusal(image) { try $0.makeFile("/f", [], attributes) }
        }
        #expect(
            try refusal("user.huge", 4096)
                == "cannot write the attribute user.huge of /f of: Insufficient space to store extended attribute data")
        #expect(
            try refusal("other.name", 1)
                == "cannot write the attribute other.name of /f of: Operation not supported")
    }

    @Test("a file of the host that is not as long as it was said to be is refused")
    func changedSource() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let image = try await Self.make(in: directory)
        let source = try directory.write("four", to: "source")
        #expect(
            try Self.refusal(image) { try $0.makeFile("/f", copying: source, size: 5, Self.plain) }
                == "cannot copy \(source), which has 4 bytes and not 5: Invalid argument")
    }

    @Test("a filesystem with files in it, or of another structure, is refused")
    func unsuitable() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let image = try await Self.make(in: directory)
        let populator = try Self.open(image)
        try populator.makeFile("/file", [1], Self.plain)
        try populator.close()
        let full = #expect(throws: Ext2fsError.self) { try Self.open(image) }
        #expect(full?.description.hasSuffix("of \(image), which is not empty: File exists") == true)
        for features in ["none,filetype", "none,extent", "extent,filetype,bigalloc"] {
            let other = try await Self.make(in: directory, features: features)
            let error = #expect(throws: Ext2fsError.self) { try Self.open(other) }
            #expect(error?.description.hasSuffix("Filesystem has unsupported feature(s)") == true)
        }
    }

    @Test("a file of more extents than fit into an inode keeps its holes off the image, and its content")
    func largeFile() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        // Groups of 8 MiB, each with tables of its own.
        let image = try await Self.make(in: directory, size: 128, features: "metadata_csum,^flex_bg", ["-g", "2048"])
        let source = try directory.write("start", to: "source")
        let size: Int64 = 80 << 20
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: source.string))
        for place in [30_000_001, UInt64(size) - 3] {
            try handle.seek(toOffset: place)
            try handle.write(contentsOf: Array("end".utf8))
        }
        try handle.close()
        let before = try Self.room(of: image)
        let populator = try Self.open(image)
        try populator.makeFile("/large", copying: source, size: size, Self.plain)
        try populator.makeFile("/after", Array(repeating: 7, count: 5000), Self.plain)
        try populator.close()
        #expect(try await Self.problems(image) == "")
        #expect(try Self.room(of: image) - before < 8 << 20)
        #expect(try await Self.debugfs("stat /large", image).contains("(ETB0):"))
        let copy = directory.appending("copy")
        _ = try await Self.debugfs("dump /large \(copy)", image)
        try await Command("cmp", [source.string, copy.string]).run()
    }

    private static func room(of path: FilePath) throws -> Int64 {
        var status = stat()
        try #require(stat(path.string, &status) == 0)
        return Int64(status.st_blocks) * 512
    }

    @Test("holes and the rest of a last block are zero, whatever was in their place before")
    func dirtyPlace() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let image = try directory.write(String(repeating: "dirt", count: 33 << 18), to: "image")
        try await Command(
            "mke2fs",
            ["-q", "-F", "-t", "ext4", "-O", "metadata_csum,^orphan_file", "-b", "4096"]
                + ["-E", "nodiscard,offset=\(Self.offset)", image.string, "32m"]
        ).run()
        let source = try directory.write("", to: "source")
        truncate(source.string, 5_000_000)
        let populator = try Self.open(image)
        try populator.makeFile("/first", Array(repeating: 7, count: 4096), Self.plain)
        try populator.makeFile("/short", [7], Self.plain)
        try populator.makeFile("/zero", copying: source, size: 5_000_000, Self.plain)
        try populator.makeSymbolicLink("/link", to: String(repeating: "l", count: 100), Self.plain)
        try populator.close()
        #expect(try await Self.problems(image) == "")
        let answer = try await Self.debugfs("blocks /short", image)
        let block = try #require(Int(answer.filter(\.isNumber)))
        let place = Int(Self.offset) + block * 4096
        #expect(try FileContent.read(image)[place..<place + 4096] == [7] + Array(repeating: 0, count: 4095))
        let copy = directory.appending("copy")
        _ = try await Self.debugfs("dump /zero \(copy)", image)
        try await Command("cmp", [source.string, copy.string]).run()
    }

    @Test("the inode counts as many names as it can, and directories beyond that say so")
    func manyLinks() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let image = try await Self.make(in: directory, size: 640)
        let populator = try Self.open(image)
        try populator.makeDirectory("/files", Self.plain)
        try populator.makeFile("/files/0", [], Self.plain)
        for number in 1..<65_000 { try populator.makeHardLink("/files/\(number)", to: "/files/0") }
        let error = #expect(throws: Ext2fsError.self) { try populator.makeHardLink("/n", to: "/files/0") }
        #expect(error?.description.hasSuffix("of \(image) a link to /files/0: Too many links") == true)
        try populator.makeDirectory("/more", Self.plain)
        for number in 0..<64_999 { try populator.makeDirectory("/more/\(number)", Self.plain) }
        try populator.close()
        #expect(try await Self.problems(image) == "")
        #expect(try await Self.debugfs("stat /files/77", image).contains("Links: 65000"))
        #expect(try await Self.debugfs("stat /more", image).contains("Links: 1 "))
    }

    @Test("the tree decides about the root and lost+found, and without it they are as mke2fs made them")
    func presentDirectories() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let image = try await Self.make(in: directory)
        let untouched = try Self.open(image)
        try untouched.close()
        #expect(try await Self.debugfs("stat /lost+found", image).contains("Mode:  0700"))
        let populator = try Self.open(image)
        let attributes = Ext4Attributes(owner: 3, group: 4, permissions: 0o750, modificationTime: 9)
        try populator.makeDirectory("/", attributes)
        try populator.makeDirectory("/lost+found", attributes)
        try populator.makeFile("/lost+found/file", [1], Self.plain)
        try populator.close()
        #expect(try await Self.problems(image) == "")
        for path in ["/", "/lost+found"] {
            let text = try await Self.debugfs("stat \(path)", image)
            #expect(text.contains("Mode:  0750") && text.contains("User:     3   Group:     4"))
        }
        #expect(try await Self.debugfs("stat /lost+found", image).contains("Size: 16384"))
        #expect(try await Self.debugfs("cat /lost+found/file", image) == "\u{1}")
    }

    @Test("the copies of the group descriptors are those of the filled filesystem")
    func backups() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let image = try await Self.make(in: directory, size: 256)
        let populator = try Self.open(image)
        try populator.makeFile("/file", Array(repeating: 7, count: 5_000_000), Self.plain)
        try populator.close()
        let bytes = try FileContent.read(image)
        // Group 1 begins with a superblock, and the descriptors are a block after each.
        let (first, second) = (Int(Self.offset) + 4096, Int(Self.offset) + 32768 * 4096 + 4096)
        #expect(bytes[first..<first + 4096] == bytes[second..<second + 4096])
    }
}
