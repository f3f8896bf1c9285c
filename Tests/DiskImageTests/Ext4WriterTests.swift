import Deployment
import Ext2fs
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import DiskImage

@Suite("A tree of files as an ext4 filesystem")
struct Ext4WriterTests {
    /// Where it lies in an image.
    private static let extent = PartitionExtent(number: 1, role: .root, start: 1 << 20, size: 256 << 20)
    private static let timestamp: Int64 = 1_700_000_000
    /// An ACL of version 2: the user 1000 may read, beside owner, group, mask and others.
    private static let acl: [UInt8] =
        [2, 0, 0, 0]
        + [(1, 7, -1), (2, 4, 1000), (4, 5, -1), (0x10, 5, -1), (0x20, 0, -1)]
        .flatMap { (tag: Int, access: Int, id: Int32) -> [UInt8] in
            [UInt8(tag), 0, UInt8(access), 0] + withUnsafeBytes(of: id.littleEndian) { Array($0) }
        }
    private static let label = Array("system_u:object_r:usr_t:s0\0".utf8)

    private static func attributes(
        _ permissions: UInt16 = 0o644, _ extended: [String: [UInt8]] = [:]
    ) -> FileTreeEntry.Attributes {
        .init(permissions: permissions, modificationTime: 1, extendedAttributes: extended)
    }

    /// A file system capability of version 2 (`struct vfs_cap_data`): CAP_NET_RAW, effective.
    private static let capability: [UInt8] = [1, 0, 0, 2, 0, 0x20] + Array(repeating: 0, count: 14)

    /// Bytes that are not those of a file of another size.
    private static func content(_ size: Int) -> [UInt8] {
        Array("\(size)".utf8.prefix(size)) + Array(repeating: UInt8(size & 0xff), count: max(0, size - "\(size)".count))
    }

    /// One of everything; `source` is a file of the host.
    private static func tree(source: FilePath, size: Int64) -> FileTree {
        var tree = FileTree(
            root: .init(permissions: 0o755, modificationTime: 5, extendedAttributes: ["user.root": [1]]))
        tree.add("/usr", .directory, attributes(0o755, ["security.selinux": label]))
        for size in [0, 1, 4095, 4096, 4097, 70_000] {
            tree.add("/usr/size-\(size)", .file(.bytes(content(size))), attributes())
        }
        tree.add("/usr/copied", .file(.file(source, size: size)), attributes())
        tree.add("/usr/\(String(repeating: "n", count: 255))", .file(.bytes([7])), attributes())
        tree.add(
            "/usr/owned", .file(.bytes(content(10))),
            .init(
                owner: 70_000, group: 4_000_000_000, permissions: 0o6755, modificationTime: 4_294_967_296,
                extendedAttributes: [
                    "security.selinux": label, "security.capability": capability, "user.large": content(3000),
                    "user.empty": [], "trusted.overlay": [0x79], "system.posix_acl_access": acl,
                ]))
        tree.add("/usr/short", .symbolicLink(String(repeating: "s", count: 59)), attributes(0o777))
        tree.add("/usr/long", .symbolicLink(String(repeating: "l", count: 60)), attributes(0o777))
        tree.add(
            "/usr/longest", .symbolicLink(String(repeating: "l/", count: 2047) + "l"),
            attributes(0o777, ["security.selinux": label]))
        tree.add("/usr/other", .hardLink("/usr/owned"), attributes())
        tree.add("/usr/another", .hardLink("/usr/short"), attributes())
        tree.add("/empty", .directory, attributes(0o1777))
        tree.add(
            "/fixed", .directory,
            .init(permissions: 0o700, modificationTime: 2, isImmutable: true))
        tree.add(
            "/fixed/file", .file(.bytes(content(5))), .init(permissions: 0o600, modificationTime: 3, isImmutable: true))
        tree.add("/many", .directory, attributes(0o755))
        for number in 0..<5000 { tree.add("/many/file-\(number)", .file(.bytes(content(number % 50))), attributes()) }
        for number in 0..<300 {
            tree.add("/d\(number)", .directory, attributes(0o755))
            tree.add("/d\(number)/file", .file(.bytes(content(450_000 + number))), attributes())
        }
        return tree
    }

    private struct Fixture {
        let directory: TemporaryDirectory
        let tree: FileTree

        init() throws {
            directory = try TemporaryDirectory()
            let source = directory.appending("source")
            let numbers = (0..<750_000).map { UInt32($0) &* 2_654_435_761 }
            try AtomicFile.write(numbers.withUnsafeBytes(Array.init) + [1], to: source)
            tree = Ext4WriterTests.tree(source: source, size: 3_000_001)
        }

        func keep() { withExtendedLifetime(directory) {} }
    }

    private static func write(
        _ tree: FileTree, in directory: FilePath, _ name: String = "image", extent: PartitionExtent = extent
    ) async throws -> FilePath {
        let image = directory.appending(name)
        try SparseFile.create(image, size: extent.start + extent.size + (1 << 20))
        try await Ext4Writer(image: image, timestamp: timestamp, seed: "seed", workDirectory: directory).write(
            tree, to: extent,
            .init(label: "root", uuid: "910678ff-f77e-4a7d-8d53-86f2ac47a823", journal: 8 << 20))
        return image
    }

    /// All that `e2fsck` has to say, but for the names of its passes.
    private static func problems(_ image: FilePath, _ extent: PartitionExtent = extent) async throws -> String {
        let result = try await Command("e2fsck", ["-f", "-n", "\(image)?offset=\(extent.start)"]).capture()
        let lines = result.text.split(separator: "\n").filter { !$0.hasPrefix("Pass ") }
        return result.status == 0 && lines.count == 1 ? "" : result.text + result.standardError
    }

    @Test("is clean, and every file has what the tree says")
    func inodes() async throws {
        let fixture = try Fixture()
        defer { fixture.keep() }
        let image = try await Self.write(fixture.tree, in: fixture.directory.path)
        #expect(try await Self.problems(image) == "")
        func stat(_ path: String) async throws -> String {
            try await DiskFixture.debugfs("stat \(path)", image, Self.extent)
        }
        let owned = try await stat("/usr/owned")
        for part in [
            "Mode:  06755", "User: 70000   Group: -294967296", "Links: 2", "Size: 10", " mtime: 0x00000000:00000001",
            " atime: 0x6553f100:00000000", " ctime: 0x6553f100:00000000", "crtime: 0x6553f100:00000000",
            "security.selinux (27)", "security.capability (20)", "user.large (3000)", "user.empty (0)",
            "trusted.overlay (1) = \"y\"", "system.posix_acl_access",
        ] { #expect(owned.contains(part), "\(part) in \(owned)") }
        #expect(try await stat("/usr").contains("Links: 2"))
        #expect(try await stat("/usr").contains("security.selinux (27)"))
        let root = try await stat("/")
        #expect(root.contains("Links: 307") && root.contains("user.root (1)"))
        #expect(root.contains(" mtime: 0x00000005:00000000"))
        #expect(try await stat("/fixed").contains("Flags: 0x80010"))
        #expect(try await stat("/fixed/file").contains("Flags: 0x80010"))
        #expect(try await stat("/usr/short").contains("Fast link dest: \"sss"))
        #expect(try await stat("/usr/short").contains("Links: 2"))
        #expect(try await stat("/usr/long").contains("Flags: 0x80000"))
        #expect(try await stat("/lost+found").contains("Mode:  0700"))
        #expect(try await stat("/d299/file").contains("Blockcount: 880"))
    }

    @Test("is the same bytes each time, and from wherever it is written")
    func reproducible() async throws {
        let fixture = try Fixture()
        defer { fixture.keep() }
        let first = try await Self.write(fixture.tree, in: fixture.directory.path)
        let elsewhere = try TemporaryDirectory()
        defer { withExtendedLifetime(elsewhere) {} }
        // Dictionaries of another capacity have another order.
        var again = FileTree(root: fixture.tree.entries[0].attributes)
        for entry in fixture.tree.entries.dropFirst() {
            var attributes = entry.attributes
            attributes.extendedAttributes.reserveCapacity(1000)
            again.add(entry.path, entry.kind, attributes)
        }
        let second = try await Self.write(again, in: elsewhere.path, "another")
        try await Command("cmp", [first.string, second.string]).run()
    }

    @Test("the kernel mounts it and finds names, owners, modes, times, attributes and content")
    func mounted() async throws {
        let fixture = try Fixture()
        defer { fixture.keep() }
        let image = try await Self.write(fixture.tree, in: fixture.directory.path)
        try await Self.withMount(image, isReadOnly: true, at: fixture.directory.appending("mnt")) { root in
            var paths: Set = ["/", "/lost+found"]
            var groups: [String: Int] = [:]
            for entry in fixture.tree.entries {
                paths.insert(entry.path)
                if case .hardLink(let target) = entry.kind { groups[target, default: 1] += 1 }
            }
            for entry in fixture.tree.entries {
                try Self.compare(entry, at: root.appending(String(entry.path.dropFirst())), links: groups[entry.path])
            }
            let found = FileManager.default.enumerator(atPath: root.string)?.compactMap { "/\($0)" } ?? []
            #expect(Set(found + ["/"]) == paths)
        }
    }

    private static func compare(_ entry: FileTreeEntry, at path: FilePath, links: Int?) throws {
        var status = stat()
        #expect(lstat(path.string, &status) == 0, "\(entry.path)")
        switch entry.kind {
        case .directory: #expect(status.st_mode & S_IFMT == S_IFDIR)
        case .file(let content):
            #expect(status.st_mode & S_IFMT == S_IFREG)
            switch content {
            case .bytes(let bytes): #expect(try equal(FileContent.read(path), bytes), "\(entry.path)")
            case .file(let source, _): #expect(try equal(FileContent.read(path), FileContent.read(source)))
            }
        case .symbolicLink(let target):
            var bytes = [CChar](repeating: 0, count: 8192)
            let count = readlink(path.string, &bytes, bytes.count)
            #expect(bytes.prefix(max(0, count)).map(UInt8.init) == Array(target.utf8))
        case .hardLink: return
        }
        #expect(status.st_uid == entry.attributes.owner && status.st_gid == entry.attributes.group, "\(entry.path)")
        #expect(UInt16(status.st_mode & 0o7777) == entry.attributes.permissions, "\(entry.path)")
        #expect(Int64(status.st_mtim.tv_sec) == entry.attributes.modificationTime && status.st_mtim.tv_nsec == 0)
        #expect(Int64(status.st_atim.tv_sec) == timestamp && Int64(status.st_ctim.tv_sec) == timestamp)
        if entry.kind != .directory { #expect(Int(status.st_nlink) == links ?? 1, "\(entry.path)") }
        for (name, value) in entry.attributes.extendedAttributes {
            #expect(try ExtendedAttribute.get(name, of: path) == value, "\(name) of \(entry.path)")
        }
    }

    /// The comparison of arrays is slow where it is not optimized.
    private static func equal(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.count == other.count && memcmp(one, other, one.count) == 0
    }

    @Test("the kernel writes to it, and it stays clean")
    func writable() async throws {
        let fixture = try Fixture()
        defer { fixture.keep() }
        let image = try await Self.write(fixture.tree, in: fixture.directory.path)
        try await Self.withMount(image, isReadOnly: false, at: fixture.directory.appending("mnt")) { root in
            try AtomicFile.write(Self.content(2_000_000), to: root.appending("usr/new"))
            for number in 0..<500 { try AtomicFile.write([1], to: root.appending("many/new-\(number)")) }
            try FileContent.remove(root.appending("d7"))
            try FileContent.remove(root.appending("many/file-4999"))
            #expect(try Self.equal(FileContent.read(root.appending("d8/file")), Self.content(450_008)))
            // The immutable flag holds.
            #expect(unlink(root.appending("fixed/file").string) == -1)
        }
        let problems = try await Self.problems(image)
        #expect(problems == "")
    }

    @Test("a tree that does not fit is refused by the path for which there is no room")
    func tooLarge() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        var tree = FileTree(root: Self.attributes(0o755))
        for number in 0..<4 { tree.add("/file-\(number)", .file(.bytes(Self.content(5 << 20))), Self.attributes()) }
        let extent = PartitionExtent(number: 1, role: .boot, start: 1 << 20, size: 20 << 20)
        let error = await #expect(throws: Ext2fsError.self) {
            try await Self.write(tree, in: directory.path, extent: extent)
        }
        #expect(
            error?.description == "cannot make room for /file-2 in the ext4 filesystem at byte 1048576 of "
                + "\(directory.path)/image: Could not allocate block in ext2 filesystem")
    }

    /// Mounts the filesystem for as long as `body` runs.
    private static func withMount(
        _ image: FilePath, isReadOnly: Bool, at place: FilePath, _ body: @escaping @Sendable (FilePath) throws -> Void
    ) async throws {
        try FileContent.createDirectory(place)
        let device = try await Command(
            "losetup",
            [
                "--find", "--show", "--offset", "\(extent.start)", "--sizelimit", "\(extent.size)", image.string,
            ]
        ).run().text
        let result = await Result {
            try await PrivateMount.withFilesystem(on: device, at: place, type: "ext4", isReadOnly: isReadOnly) {
                try body(place)
            }
        }
        try await Command("losetup", ["--detach", device]).run()
        try result.get()
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous body returns or throws.
    init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
