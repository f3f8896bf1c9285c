import Foundation
import HostSystem
import SystemPackage
import TestSupport

/// A file as a disk. The kernel lets go of it when the last reference to this goes, or the process that holds it.
final class LoopDevice: Sendable {
    /// The device: `/dev/loopN`.
    let path: FilePath
    private let handle: FileDescriptor

    /// Makes a disk of a file.
    ///
    /// - Parameter options: of losetup; as a disk that can have partitions without any.
    convenience init(_ file: FilePath, sectorSize: Int, options: [String] = ["--partscan"]) async throws {
        try await self.init(
            Command("losetup", ["--find", "--show", "--sector-size", "\(sectorSize)"] + options + [file.string])
        )
    }

    /// Makes a disk with a command that prints its path.
    init(_ command: Command) async throws {
        path = FilePath(try await command.run().text)
        handle = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        // In use as it is, it stays until its last user closes it.
        try await Command("losetup", ["--detach", path.string]).run()
    }

    deinit { try? handle.close() }
}
