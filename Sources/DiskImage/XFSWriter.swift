import Foundation
import HostSystem
import SystemPackage

/// Writes a directory as an XFS filesystem into a disk image, through a loop device: needs root.
struct XFSWriter {
    /// The disk image.
    let image: FilePath
    /// Where the mount point is made.
    let workDirectory: FilePath

    /// Writes `directory` into the place of a partition.
    ///
    /// - Parameter immutable: directories, relative to the filesystem's root, that get the immutable flag.
    func write(
        _ directory: FilePath, to extent: PartitionExtent, label: String, uuid: String, immutable: [String]
    ) async throws {
        let device = try await Command(
            "losetup",
            [
                "--find", "--show", "--offset", "\(extent.start)", "--sizelimit", "\(extent.size)", image.string,
            ]
        ).run().text
        try await always(Command("losetup", ["--detach", device])) {
            try await Command(
                "mkfs.xfs", ["-q", "-f", "-L", label, "-m", "uuid=\(uuid)", "-d", "agcount=2", device]
            ).run()
            let mountPoint = workDirectory.appending("root")
            try FileManager.default.createDirectory(atPath: mountPoint.string, withIntermediateDirectories: true)
            try await Command("mount", ["-t", "xfs", device, mountPoint.string]).run()
            try await always(Command("umount", [mountPoint.string])) {
                try await Command("cp", ["-a", directory.string + "/.", mountPoint.string]).run()
                for path in immutable {
                    try await Command("chattr", ["+i", mountPoint.appending(path).string]).run()
                }
            }
        }
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
