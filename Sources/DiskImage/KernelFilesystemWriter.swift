import Deployment
import Foundation
import HostSystem
import SystemPackage

/// Writes a root filesystem that only a kernel can write, through the first backend that works.
struct KernelFilesystemWriter {
    /// The disk image.
    let image: FilePath
    /// Bytes of a sector.
    let sectorSize: Int
    /// Seconds since 1970.
    let timestamp: Int64
    /// What is derived from the commit is derived from this.
    let seed: String
    /// A scratch directory.
    let workDirectory: FilePath
    /// The backend to use; nil tries the loop device first, which is faster.
    let backend: FilesystemBackend?
    /// Called with a line about the choice.
    let progress: @Sendable (String) -> Void

    /// Writes `tree` into the place of a partition, which must read as zeros.
    ///
    /// - Throws: ``DiskImageError/noBackend(filesystem:_:)`` where none works, and what the one that works throws.
    func write(
        _ tree: FileTree, as kind: RootFilesystem, to extent: PartitionExtent, label: String, uuid: String
    ) async throws {
        var unavailable: [UnavailableBackend] = []
        for candidate in backend.map({ [$0] }) ?? FilesystemBackend.allCases {
            do {
                switch candidate {
                case .loop: try await mounted(tree, kind, extent, label: label, uuid: uuid)
                case .libguestfs:
                    let why = unavailable.first.map { ": \($0)" } ?? ""
                    try await inGuest(tree, kind, extent, label: label, uuid: uuid, why)
                }
                return
            } catch let error as UnavailableBackend {
                unavailable.append(error)
            }
        }
        throw DiskImageError.noBackend(filesystem: kind.rawValue, unavailable)
    }

    private func mounted(
        _ tree: FileTree, _ kind: RootFilesystem, _ extent: PartitionExtent, label: String, uuid: String
    ) async throws {
        let writer = MountedFilesystemWriter(
            image: image, sectorSize: sectorSize, timestamp: timestamp, workDirectory: workDirectory)
        let say = say
        try await writer.write(tree, as: kind, to: extent, label: label, uuid: uuid) {
            say(kind, "through a loop device")
        }
    }

    private func inGuest(
        _ tree: FileTree, _ kind: RootFilesystem, _ extent: PartitionExtent, label: String, uuid: String,
        _ why: String
    ) async throws {
        let writer = GuestFilesystemWriter(
            image: image, sectorSize: sectorSize, timestamp: timestamp, seed: seed, workDirectory: workDirectory)
        try await writer.write(tree, as: kind, to: extent, label: label, uuid: uuid) {
            say(kind, "through libguestfs\(why)")
        }
    }

    @Sendable private func say(_ kind: RootFilesystem, _ how: String) {
        progress("Writing the root filesystem (\(kind.rawValue)) \(how)")
    }
}
