import Deployment
import Foundation
import HostSystem
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import DiskImage

/// Filesystems that a kernel has to write, by the host's and by that of libguestfs. A guest takes a while to start: xfs
/// alone is in the fast tests.
@Suite("xfs and btrfs", .serialized)
struct FilesystemBackendTests {
    private static let timestamp: Int64 = 1_700_000_000
    private static let uuid = "910678ff-f77e-4a7d-8d53-86f2ac47a823"
    private static let label = Array("system_u:object_r:usr_t:s0\0".utf8)
    /// A file system capability of version 2 (`struct vfs_cap_data`): CAP_NET_RAW, effective.
    private static let capability: [UInt8] = [1, 0, 0, 2, 0, 0x20] + Array(repeating: 0, count: 14)

    static var kinds: [RootFilesystem] {
        let names = ProcessInfo.processInfo.environment["COSA_TEST_FILESYSTEMS"] ?? "xfs"
        return names.split(separator: " ").compactMap { RootFilesystem(rawValue: String($0)) }
    }

    private static func attributes(
        _ permissions: UInt16 = 0o644, _ extended: [String: [UInt8]] = [:]
    ) -> FileTreeEntry.Attributes {
        .init(permissions: permissions, modificationTime: 1, extendedAttributes: extended)
    }

    private static func tree(source: FilePath, size: Int64) -> FileTree {
        var tree = FileTree(
            root: .init(permissions: 0o751, modificationTime: 5, extendedAttributes: ["security.selinux": label]))
        tree.add("/usr", .directory, attributes(0o755, ["security.selinux": label]))
        tree.add("/usr/copied", .file(.file(source, size: size)), attributes())
        tree.add(
            "/usr/owned", .file(.bytes(Array("owned".utf8))),
            .init(
                owner: 70_000, group: 4_000_000_000, permissions: 0o6755, modificationTime: 4_294_967_296,
                extendedAttributes: [
                    "security.selinux": label, "security.capability": capability, "trusted.overlay": [0x79],
                    "user.large": Array(repeating: 7, count: 3000), "user.empty": [],
                ]))
        tree.add(
            "/usr/link", .symbolicLink(String(repeating: "l", count: 900)),
            .init(
                owner: 3, group: 4, permissions: 0o777, modificationTime: 6,
                extendedAttributes: ["security.selinux": label]))
        tree.add("/usr/other", .hardLink("/usr/owned"), attributes())
        tree.add("/usr/another", .hardLink("/usr/link"), attributes())
        tree.add("/tmp", .directory, attributes(0o1777))
        tree.add("/fixed", .directory, .init(permissions: 0o700, modificationTime: 2, isImmutable: true))
        tree.add(
            "/fixed/file", .file(.bytes([])), .init(permissions: 0o600, modificationTime: 3, isImmutable: true))
        for number in 0..<300 {
            tree.add("/usr/file-\(number)", .file(.bytes(Array(repeating: 1, count: number * 37))), attributes())
        }
        return tree
    }

    /// A disk of which the root partition is empty.
    private struct Disk {
        let directory: TemporaryDirectory
        let image: FilePath
        let root: PartitionExtent
        let sectorSize: Int

        init(in directory: TemporaryDirectory, _ name: String, sectorSize: Int = 512) throws {
            self.directory = directory
            self.sectorSize = sectorSize
            image = directory.appending("\(name).raw")
            let size = Int64(1) << 30
            let table = try #require(PartitionTable.all["x86_64"])
            try SparseFile.create(image, size: size)
            try GUIDPartitionTable(table, diskSize: size, sectorSize: sectorSize, seed: "seed").write(to: image)
            root = try #require(table.extents(diskSize: size).last)
        }

        func work(_ name: String) throws -> FilePath {
            let work = directory.appending("work-\(name)")
            try FileContent.createDirectory(work)
            return work
        }

        /// Writes the tree; what was said about it.
        func write(_ kind: RootFilesystem, _ backend: FilesystemBackend?) async throws -> [String] {
            let source = try directory.write(String(repeating: "source\n", count: 100_000), to: "source")
            let said = Mutex<[String]>([])
            try await KernelFilesystemWriter(
                image: image, sectorSize: sectorSize, timestamp: timestamp, seed: "seed",
                workDirectory: work("\(image.stem ?? "disk")"), backend: backend,
                progress: { line in said.withLock { $0.append(line) } }
            ).write(tree(source: source, size: 700_000), as: kind, to: root, label: "root", uuid: uuid)
            return said.withLock { $0 }
        }

        func filesystem() throws -> FilePath {
            let file = directory.appending("filesystem.img")
            try SparseFile.copy(root.start..<root.start + root.size, of: image, to: file)
            return file
        }
    }

    @Test("both backends write the same files, on a sound filesystem with its label and UUID", arguments: kinds)
    func bothBackends(_ kind: RootFilesystem) async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        var listings: [[String]] = []
        for (backend, how) in [(FilesystemBackend.loop, "a loop device"), (.libguestfs, "libguestfs")] {
            // The guest knows sectors of 4096 bytes, too.
            let disk = try Disk(in: directory, backend.rawValue, sectorSize: 4096)
            let said = try await disk.write(kind, backend == .loop ? nil : backend)
            #expect(said == ["Writing the root filesystem (\(kind.rawValue)) through \(how)"])
            let filesystem = try disk.filesystem()
            #expect(try await FilesystemListing.problems(filesystem, type: kind.rawValue) == "")
            let names = try await Command("blkid", ["-p", "-s", "LABEL", "-s", "UUID", filesystem.string]).run().text
            #expect(names.contains("LABEL=\"root\"") && names.contains("UUID=\"\(Self.uuid)\""))
            listings.append(
                try await FilesystemListing.of(
                    disk.image, type: kind.rawValue, start: disk.root.start, size: disk.root.size))
        }
        #expect(listings[0] == listings[1])
        let text = listings[1].joined(separator: "\n")
        for line in [
            " drwxr-x--x 0:0 \(kind == .btrfs ? 1 : 5) 1700000000.0000000000 5.0000000000 \n",
            "\nusr/owned -rwsr-sr-x 70000:4000000000 2 1700000000.0000000000 4294967296.0000000000 \n",
            "\nusr/another lrwxrwxrwx 3:4 2 1700000000.0000000000 6.0000000000 l",
            "security.capability=0x0100000200200000", "trusted.overlay=0x79", "user.empty",
            "security.selinux=0x73797374656d5f753a6f626a6563745f723a7573725f743a733000",
        ] { #expect(text.contains(line), "\(line)") }
        #expect(text.contains(try Regex("\n----i[-m]+ \\./fixed\n----i[-m]+ \\./fixed/file\n")))
    }

    @Test("a guest that does not start in time is ended, and so is one that nobody waits for any more")
    func endedGuests() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let disk = try Disk(in: directory, "disk")
        let tree = Self.tree(source: try directory.write("x", to: "source"), size: 1)
        let work = try disk.work("guest")
        let (started, continuation) = AsyncStream.makeStream(of: Void.self)
        @Sendable func write(startLimit: Duration) async throws {
            var writer = GuestFilesystemWriter(
                image: disk.image, sectorSize: 512, timestamp: Self.timestamp, seed: "seed", workDirectory: work)
            writer.startLimit = startLimit
            try await writer.write(tree, as: .xfs, to: disk.root, label: "root", uuid: Self.uuid) {
                continuation.yield()
            }
        }
        let late = await #expect(throws: UnavailableBackend.self) { try await write(startLimit: .milliseconds(10)) }
        #expect(
            late?.description
                == "libguestfs cannot be used: its virtual machine did not start within 0.01 seconds")
        var starts = started.makeAsyncIterator()
        _ = await starts.next()
        let task = Task { try await write(startLimit: .seconds(600)) }
        _ = await starts.next()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
