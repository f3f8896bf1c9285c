import Deployment
import Foundation
import HostSystem
import SystemPackage
import Treefile

/// Makes the raw image of a commit: partitions, filesystems, a deployment and boot loaders.
///
/// Equal requests give equal bytes, with an ext4 root; nothing is mounted for that, and no privilege is needed.
public struct RawImageBuilder: Sendable {
    static let bootUUID = "96d15588-3596-4b3c-adca-a2ff7279ea63"
    static let rootUUID = "910678ff-f77e-4a7d-8d53-86f2ac47a823"

    private let progress: @Sendable (String) -> Void

    /// A builder.
    ///
    /// - Parameter progress: called with a line about what is being done.
    public init(progress: @escaping @Sendable (String) -> Void = { _ in }) { self.progress = progress }

    /// Makes the image; nothing is at the request's output before all of it is.
    ///
    /// - Throws: ``DiskImageError``, `DeploymentError`, `CommandError`, or the error of a library.
    public func build(_ request: DiskRequest) async throws -> RawImage {
        let bootLoader = try await Blocking.run { try BootLoaderChoice.choose(for: request) }
        let table = try table(request, bootLoader)
        let rootFilesystem = try RootFilesystem(request.image)
        // Known before anything is made.
        if rootFilesystem != .ext4, request.backend == .loop, geteuid() != 0 {
            throw DiskImageError.noBackend(filesystem: rootFilesystem.rawValue, [.loopNeedsRoot])
        }
        let work = request.workDirectory
        try clear(work)
        progress("Deploying \(request.commit)")
        let content = try await DiskContent(request, bootLoader, table)
        if let folder = content.missingModules(request, bootLoader) {
            progress("The commit ships no /\(folder): the disk boots with UEFI only")
        }
        let sizes = try await sizes(request, content, rootFilesystem, table)
        let image = RawImage(
            file: request.output.string, size: sizes.metal, cloudSize: sizes.cloud, sectorSize: request.sectorSize,
            bootLoader: bootLoader, basearch: request.basearch, timestamp: request.timestamp, osname: request.osname,
            commit: request.commit,
            platforms: request.platforms.architectures[request.basearch] ?? [:],
            partitions: table.extents(diskSize: sizes.metal))

        let file = AtomicFile.temporaryPath(for: request.output)
        do {
            try SparseFile.create(file, size: sizes.metal)
            try GUIDPartitionTable(
                table, diskSize: sizes.metal, sectorSize: request.sectorSize, seed: request.commit
            ).write(to: file)
            progress("Writing boot loaders")
            try await installBootLoader(on: file, image, content, work: work)
            try await writeFilesystems(on: file, image, table, content, rootFilesystem, sizes, request)
            // Synced: the next run takes it as it is, also after a power cut.
            try await Blocking.run { try AtomicFile.publish(file, as: request.output) }
        } catch {
            unlink(file.string)
            throw error
        }
        try clear(work)
        return image
    }

    private func clear(_ work: FilePath) throws {
        // A mount of a killed run would be emptied with the directory.
        try MountTable.detachAll(below: work)
        try FileContent.remove(work)
        try FileContent.createDirectory(work)
    }

    private func table(_ request: DiskRequest, _ bootLoader: BootLoaderChoice) throws -> PartitionTable {
        guard let table = PartitionTable.all[request.basearch],
            bootLoader != .grubSyslinux || BootLoader.all[request.basearch] != nil
        else { throw DiskImageError.unsupportedArchitecture(request.basearch) }
        let sizes = bootLoader == .systemdBoot ? [PartitionRole.efiSystem: SystemdBoot.efiSystemMebibytes] : [:]
        return table.resizing(sizes).applying(request.image.partitions)
    }

    private func sizes(
        _ request: DiskRequest, _ content: DiskContent, _ rootFilesystem: RootFilesystem, _ table: PartitionTable
    ) async throws -> DiskSizes {
        var sizes = try DiskSizes(content, rootFilesystem, wanted: request.image.size, table: table)
        let isExact = request.image.size == .automatic && rootFilesystem == .ext4
        if isExact, let estimate = table.extent(.root, diskSize: sizes.metal) {
            let minimum = try await Ext4Minimum(
                timestamp: request.timestamp, seed: request.commit, workDirectory: request.workDirectory
            ).size(of: content.root, rootOptions(sizes), upTo: estimate.size)
            sizes = DiskSizes(sizes, rootPartition: minimum, table: table)
        }
        progress(
            "Disk sizes: metal: \(sizes.metal / .mebibyte)M (\(isExact ? "exact" : "estimated")), "
                + "cloud: \(sizes.cloud / .mebibyte)M")
        return sizes
    }

    private func rootOptions(_ sizes: DiskSizes) -> Ext4Writer.Options {
        .init(label: "root", uuid: Self.rootUUID, journal: sizes.journal)
    }

    private func installBootLoader(
        on file: FilePath, _ image: RawImage, _ content: DiskContent, work: FilePath
    ) async throws {
        let efi = work.appending("esp")
        try FileContent.createDirectory(efi)
        if image.bootLoader == .grubSyslinux { try await installHostGRUB(on: file, image, efi: efi, work: work) }
        if let (grub, core) = content.grub {
            try GRUBInstaller(workDirectory: work)
                .install(grub, core: core, on: file, at: image.partition(grub.target.role))
        }
        for entry in content.efiSystem {
            let path = efi.appending(entry.path)
            try FileContent.createDirectory(path.removingLastComponent())
            switch entry.content {
            case .bytes(let bytes): try AtomicFile.write(bytes, to: path)
            case .file(let source, _): try FileManager.default.copyItem(atPath: source.string, toPath: path.string)
            }
        }
        guard let partition = try? image.partition(.efiSystem) else { return }
        try await EFISystemWriter(image: file, sectorSize: image.sectorSize, timestamp: image.timestamp)
            .write(efi, to: partition)
    }

    private func installHostGRUB(on file: FilePath, _ image: RawImage, efi: FilePath, work: FilePath) async throws {
        guard let loader = BootLoader.all[image.basearch] else { return }
        let installer = GRUBInstaller(workDirectory: work)
        // A BIOS reads sectors of 512 bytes only.
        if let target = loader.bios, image.sectorSize == 512 {
            let core = try await installer.makeImage(target)
            try installer.installBIOS(core: core, target: target, on: file, at: image.partition(.biosBoot))
        }
        let program = efi.appending(loader.efiPath)
        try FileContent.createDirectory(program.removingLastComponent())
        try FileManager.default.moveItem(
            atPath: try await installer.makeImage(loader.efi).string, toPath: program.string)
    }

    private func writeFilesystems(
        on file: FilePath, _ image: RawImage, _ table: PartitionTable, _ content: DiskContent,
        _ rootFilesystem: RootFilesystem, _ sizes: DiskSizes, _ request: DiskRequest
    ) async throws {
        let writer = Ext4Writer(
            image: file, timestamp: request.timestamp, seed: request.commit, workDirectory: request.workDirectory)
        progress("Writing the boot filesystem")
        try await writer.write(
            content.boot, to: image.partition(.boot),
            .init(label: "boot", uuid: Self.bootUUID, journal: 8 * .mebibyte))
        for (partition, extent) in zip(table.partitions, image.partitions) where partition.filesystem == .ext4 {
            progress("Writing the filesystem of \(partition.name)")
            try await writer.writeEmpty(partition, extent)
        }
        let root = try image.partition(.root)
        switch rootFilesystem {
        case .ext4:
            progress("Writing the root filesystem (ext4)")
            try await writer.write(content.root, to: root, rootOptions(sizes))
        case .xfs, .btrfs:
            try await KernelFilesystemWriter(
                image: file, sectorSize: image.sectorSize, timestamp: request.timestamp, seed: request.commit,
                workDirectory: request.workDirectory, backend: request.backend, progress: progress
            ).write(content.root, as: rootFilesystem, to: root, label: "root", uuid: Self.rootUUID)
        }
    }
}

extension FileManager {
    /// Renames a file over another one or over nothing.
    func moveItemReplacing(_ source: FilePath, to destination: FilePath) throws {
        guard rename(source.string, destination.string) == 0 else {
            throw DiskImageError.file(
                destination, operation: "put in place", reason: "\(Errno(rawValue: errno))")
        }
    }
}
