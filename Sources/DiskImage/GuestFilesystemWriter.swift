import Deployment
import Foundation
import Guestfs
import HostSystem
import SystemPackage

/// Writes a tree as a filesystem that only a kernel can write, through the one of libguestfs' virtual machine: any user can.
///
/// mkfs makes the filesystem in a file of its own, the tree is staged as ext4, which needs no kernel, and the guest
/// copies it from the one to the other: no file passes the slow way between the guest and this process.
struct GuestFilesystemWriter {
    /// The disk image, with its partition table.
    let image: FilePath
    /// Bytes of a sector.
    let sectorSize: Int
    /// Seconds since 1970; the times of reading.
    let timestamp: Int64
    /// What is derived from the commit is derived from this.
    let seed: String
    /// A scratch directory.
    let workDirectory: FilePath
    /// How long the guest may take to start; a processor that is shared by many needs more than a minute.
    var startLimit: Duration = .seconds(600)

    /// Writes `tree` into the place of a partition, which must read as zeros.
    ///
    /// - Parameter onStart: called when the guest is about to be started.
    /// - Throws: ``UnavailableBackend`` where the guest cannot be started, or does not know the filesystem.
    ///   `CommandError` of mkfs, `Ext2fsError`, `GuestfsError`, `CancellationError`.
    func write(
        _ tree: FileTree, as kind: RootFilesystem, to extent: PartitionExtent, label: String, uuid: String,
        onStart: () -> Void
    ) async throws {
        let staging = workDirectory.appending("staging.img")
        defer { unlink(staging.string) }
        try await makeFilesystem(kind, extent, label: label, uuid: uuid)
        try await stage(tree, in: staging, size: extent.size)
        let job = GuestJob(
            image: image, device: "/dev/sda\(extent.number)", sectorSize: sectorSize, staging: staging, kind: kind,
            uuid: uuid, timestamp: timestamp, root: tree.entries.first?.attributes,
            immutable: tree.entries.filter(\.attributes.isImmutable).map(\.path), workDirectory: workDirectory,
            usesKVM: try await accelerator() == .kvm)
        onStart()
        try await run(job)
    }

    private func run(_ job: GuestJob) async throws {
        let stop = GuestStop(processFile: workDirectory.appending("guest.pid"))
        let limit = Task { [startLimit] in
            try await Task.sleep(for: startLimit)
            stop.pull(.late)
        }
        defer { limit.cancel() }
        do {
            try await withTaskCancellationHandler {
                try await Blocking.run { try job.run(stop) }
            } onCancel: {
                stop.pull(.cancelled)
            }
        } catch let error as GuestfsError {
            if stop.isCancelled { throw CancellationError() }
            throw error
        } catch let error as UnavailableBackend {
            if stop.isCancelled { throw CancellationError() }
            if !stop.isLate { throw error }
            throw UnavailableBackend(.libguestfs, "its virtual machine did not start within \(startLimit)")
        }
    }

    private func makeFilesystem(
        _ kind: RootFilesystem, _ extent: PartitionExtent, label: String, uuid: String
    ) async throws {
        let empty = workDirectory.appending("empty.img")
        try SparseFile.create(empty, size: extent.size)
        let arguments = kind.arguments(label: label, uuid: uuid, sectorSize: sectorSize)
        try await Command("mkfs.\(kind.rawValue)", arguments + [empty.string]).run()
        try await Blocking.run { try SparseFile.copyData(empty, into: image, at: extent.start) }
        unlink(empty.string)
    }

    private func stage(_ tree: FileTree, in file: FilePath, size: Int64) async throws {
        // What fits into the partition fits into this; holes cost nothing.
        let size = size * 2
        try SparseFile.create(file, size: size)
        try await Ext4Writer(image: file, timestamp: timestamp, seed: seed, workDirectory: workDirectory).write(
            tree, to: PartitionExtent(number: 1, role: .root, start: 0, size: size),
            .init(label: "staging", uuid: DerivedUUID.make(seed: seed, name: "staging"), journal: 8 * .mebibyte))
    }

    private func accelerator() async throws -> Accelerator {
        do {
            return try await KVMProbe().choose().accelerator
        } catch {
            throw UnavailableBackend(.libguestfs, "\(error)")
        }
    }
}
