import Deployment
import Foundation
import HostSystem
import SystemPackage

/// Writes a tree as a filesystem that only the kernel can write into a disk image, through a loop device: needs root.
struct MountedFilesystemWriter {
    /// The disk image.
    let image: FilePath
    /// Bytes of a sector.
    let sectorSize: Int
    /// Where the mount point is made.
    let workDirectory: FilePath

    /// Writes `tree` into the place of a partition.
    ///
    /// - Throws: `CommandError`, `FileTreeWriterError`.
    func write(
        _ tree: FileTree, as kind: RootFilesystem, to extent: PartitionExtent, label: String, uuid: String
    ) async throws {
        let device = try await Command(
            "losetup",
            [
                "--find", "--show", "--sector-size", "\(sectorSize)", "--offset", "\(extent.start)", "--sizelimit",
                "\(extent.size)", image.string,
            ]
        ).run().text
        try await always(Command("losetup", ["--detach", device])) {
            try await Command("mkfs.\(kind.rawValue)", kind.arguments(label: label, uuid: uuid) + [device]).run()
            let mountPoint = workDirectory.appending("root")
            try FileContent.createDirectory(mountPoint)
            try await PrivateMount.withFilesystem(
                on: device, at: mountPoint, type: kind.rawValue, options: kind.mountOptions
            ) {
                for path in try FileTreeWriter(to: mountPoint).write(tree) { try FileFlags.setImmutable(path) }
            }
            if kind == .btrfs { try await setUUID(uuid, ofBtrfs: device) }
        }
    }

    /// The kernel does not mount two btrfs of one UUID, and another image may be in the making: it gets its own at the
    /// end, from a program that refuses a UUID which any device of the host has. In the sandbox there is only this one.
    private func setUUID(_ uuid: String, ofBtrfs device: String) async throws {
        try await Command(
            "bwrap",
            [
                "--ro-bind", "/", "/", "--dev", "/dev", "--dev-bind", device, device, "btrfstune", "-f", "-U", uuid,
                device,
            ]
        ).run()
    }

    /// Runs `cleanup` after `body`, also when that throws.
    private func always(_ cleanup: Command, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            _ = try? await cleanup.capture()
            throw error
        }
        try await cleanup.run()
    }
}

extension RootFilesystem {
    /// The arguments of its `mkfs`.
    fileprivate func arguments(label: String, uuid: String) -> [String] {
        switch self {
        case .ext4: ["-q", "-F", "-L", label, "-U", uuid]
        case .xfs: ["-q", "-f", "-L", label, "-m", "uuid=\(uuid)", "-d", "agcount=2"]
        case .btrfs: ["-q", "-f", "-L", label]
        }
    }

    /// The options of its mount: another image with the same UUID may be in the making.
    fileprivate var mountOptions: String { self == .xfs ? "nouuid" : "" }
}
