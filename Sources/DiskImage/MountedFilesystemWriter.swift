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
    /// Seconds since 1970; the times of reading.
    let timestamp: Int64
    /// Where the mount point is made.
    let workDirectory: FilePath

    /// Writes `tree` into the place of a partition.
    ///
    /// - Parameter onStart: called when the filesystem is mounted and nothing is in it yet.
    /// - Throws: ``UnavailableBackend`` where there is no loop device to be had, or the kernel does not mount the
    ///   filesystem; the place reads as zeros then. `CommandError`, `FileTreeWriterError`.
    func write(
        _ tree: FileTree, as kind: RootFilesystem, to extent: PartitionExtent, label: String, uuid: String,
        onStart: @escaping @Sendable () -> Void
    ) async throws {
        guard geteuid() == 0 else { throw UnavailableBackend.loopNeedsRoot }
        let device = try await attach(extent)
        try await always(Command("losetup", ["--detach", device])) {
            let arguments = kind.arguments(label: label, uuid: uuid, sectorSize: sectorSize)
            try await Command("mkfs.\(kind.rawValue)", arguments + [device]).run()
            let mountPoint = workDirectory.appending("root")
            try FileContent.createDirectory(mountPoint)
            let writer = FileTreeWriter(to: mountPoint, accessTime: timestamp)
            do {
                try await PrivateMount.withFilesystem(
                    on: device, at: mountPoint, type: kind.rawValue, options: kind.mountOptions
                ) {
                    onStart()
                    for path in try writer.write(tree) { try FileFlags.setImmutable(path) }
                }
            } catch let error as PrivateMountError where !error.wasMounted {
                // What mkfs wrote is not to lie between the blocks of another backend.
                try await Command("blkdiscard", ["--zeroout", device]).run()
                throw UnavailableBackend(.loop, "\(error)")
            }
            if kind == .btrfs { try await setUUID(uuid, ofBtrfs: device) }
        }
    }

    private func attach(_ extent: PartitionExtent) async throws -> String {
        do {
            return try await Command(
                "losetup",
                [
                    "--find", "--show", "--sector-size", "\(sectorSize)", "--offset", "\(extent.start)", "--sizelimit",
                    "\(extent.size)", image.string,
                ]
            ).run().text
        } catch let error as CommandError {
            throw UnavailableBackend(.loop, "\(error)")
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
    /// The options of its mount: another image with the same UUID may be in the making.
    fileprivate var mountOptions: String { self == .xfs ? "nouuid" : "" }
}
