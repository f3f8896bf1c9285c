import Deployment
import Foundation
import HostSystem
import SystemPackage

/// Makes the raw image of a commit: partitions, filesystems, a deployment and boot loaders.
///
/// Equal requests give equal bytes, with an ext4 root; the filesystems are written without mounting them.
public struct RawImageBuilder: Sendable {
    private static let bootUUID = "96d15588-3596-4b3c-adca-a2ff7279ea63"
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
        guard let table = PartitionTable.all[request.basearch], let loader = BootLoader.all[request.basearch] else {
            throw DiskImageError.unsupportedArchitecture(request.basearch)
        }
        let rootFilesystem = try RootFilesystem(request.image)
        let work = request.workDirectory
        try await clear(work)
        progress("Deploying \(request.commit)")
        let sysroot = try await makeSysroot(request, at: work.appending("sysroot"))
        let boot = work.appending("boot")
        try separateBoot(of: sysroot, to: boot, request)

        let sizes = try await Blocking.run {
            try measure(sysroot: sysroot, boot: boot, rootFilesystem, cloudGiB: request.image.size, table: table)
        }
        progress(
            "Disk sizes: metal: \(sizes.metal / .mebibyte)M (estimated), cloud: \(sizes.cloud / .mebibyte)M")
        let extents = table.extents(diskSize: sizes.metal)
        let image = RawImage(
            file: request.output.string, size: sizes.metal, cloudSize: sizes.cloud, basearch: request.basearch,
            timestamp: request.timestamp, osname: request.osname, commit: request.commit,
            platforms: request.platforms.architectures[request.basearch] ?? [:],
            partitions: extents)

        let file = AtomicFile.temporaryPath(for: request.output)
        do {
            try SparseFile.create(file, size: sizes.metal)
            try await Command("sfdisk", ["-q", "--wipe", "never", file.string])
                .run(input: Array(table.script(diskSize: sizes.metal, seed: request.commit).utf8))
            progress("Writing boot loaders")
            try await installBootLoader(loader, on: file, image, work: work)
            try await writeFilesystems(on: file, image, sysroot: sysroot, boot: boot, rootFilesystem, sizes, request)
            try FileManager.default.moveItemReplacing(file, to: request.output)
        } catch {
            unlink(file.string)
            throw error
        }
        try await clear(work)
        return image
    }

    private func clear(_ work: FilePath) async throws {
        try await SysrootBuilder.remove(work.appending("sysroot"))
        try await Command("rm", ["-rf", "--one-file-system", work.string]).run()
        try FileManager.default.createDirectory(atPath: work.string, withIntermediateDirectories: true)
    }

    private func makeSysroot(_ request: DiskRequest, at directory: FilePath) async throws -> PreparedSysroot {
        let origin: DeploymentOrigin =
            if let reference = request.image.containerImageReference {
                .container(imageReference: reference)
            } else {
                .ref(request.ref, remote: request.image.ostreeRemote)
            }
        let extra = KernelArguments(request.image.extraKernelArguments)
        var arguments: KernelArguments = extra.contains(key: "root") ? [] : ["root=LABEL=root"]
        arguments.append(["rw", "$ignition_firstboot"])
        arguments.append(extra)
        arguments.set("ignition.platform.id", to: RawImage.platformID)
        return try await SysrootBuilder().build(
            SysrootRequest(
                directory: directory, repository: request.repository, commit: request.commit, osname: request.osname,
                origin: origin, kernelArguments: arguments))
    }

    /// Moves the content of `boot` out of the sysroot and adds to both what no deployment brings.
    private func separateBoot(of sysroot: PreparedSysroot, to boot: FilePath, _ request: DiskRequest) throws {
        let files = FileManager.default
        let mountPoint = sysroot.path.appending("boot")
        try files.moveItem(atPath: mountPoint.string, toPath: boot.string)
        try files.createDirectory(
            atPath: mountPoint.string, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        try BootContent(
            networkArguments: request.image.ignitionNetworkArguments ?? [],
            platforms: request.platforms.architectures[request.basearch] ?? [:]
        ).write(to: boot)
        let aleph = AlephVersion(
            version: request.version, ref: request.ref, ostreeCommit: request.commit,
            containerImage: request.container)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(
            Array(try encoder.encode(aleph)) + [0x0a], to: sysroot.path.appending(".aleph-version.json"))
        try files.createSymbolicLink(
            atPath: sysroot.path.appending(".coreos-aleph-version.json").string,
            withDestinationPath: ".aleph-version.json")
    }

    private func measure(
        sysroot: PreparedSysroot, boot: FilePath, _ rootFilesystem: RootFilesystem, cloudGiB: Int64,
        table: PartitionTable
    ) throws -> DiskSizes {
        let bootContent = try ContentSize.of(boot)
        // The journal and the inode tables of the boot filesystem.
        let bootNeeded = bootContent.bytes + 32 * .mebibyte
        let bootGiven = (table.partitions.first { $0.role == .boot }?.size ?? 0) * .mebibyte
        guard bootNeeded <= bootGiven else {
            throw DiskImageError.bootTooSmall(needed: bootNeeded, given: bootGiven)
        }
        return try DiskSizes(
            content: ContentSize.of(sysroot.path), filesystem: rootFilesystem, cloudGiB: cloudGiB, table: table)
    }

    private func installBootLoader(
        _ loader: BootLoader, on file: FilePath, _ image: RawImage, work: FilePath
    ) async throws {
        let installer = GRUBInstaller(workDirectory: work)
        if let target = loader.bios {
            let core = try await installer.makeImage(target)
            try installer.installBIOS(core: core, target: target, on: file, at: image.partition(.biosBoot))
        }
        let efi = work.appending("esp")
        let program = efi.appending(loader.efiPath)
        try FileManager.default.createDirectory(
            atPath: program.removingLastComponent().string, withIntermediateDirectories: true)
        try FileManager.default.moveItem(
            atPath: try await installer.makeImage(loader.efi).string, toPath: program.string)
        try await EFISystemWriter(image: file, timestamp: image.timestamp)
            .write(efi, to: image.partition(.efiSystem))
    }

    private func writeFilesystems(
        on file: FilePath, _ image: RawImage, sysroot: PreparedSysroot, boot: FilePath,
        _ rootFilesystem: RootFilesystem,
        _ sizes: DiskSizes, _ request: DiskRequest
    ) async throws {
        let writer = Ext4Writer(
            image: file, timestamp: request.timestamp, seed: request.commit, workDirectory: request.workDirectory)
        progress("Writing the boot filesystem")
        try await writer.write(
            boot, to: image.partition(.boot),
            .init(label: "boot", uuid: Self.bootUUID, journal: 8 * .mebibyte))
        progress("Writing the root filesystem (\(rootFilesystem.rawValue))")
        switch rootFilesystem {
        case .ext4:
            try await writer.write(
                sysroot.path, to: image.partition(.root),
                .init(
                    label: "root", uuid: Self.rootUUID, journal: sizes.journal,
                    immutable: ["/" + sysroot.deployment]))
        case .xfs:
            try await XFSWriter(image: file, workDirectory: request.workDirectory).write(
                sysroot.path, to: image.partition(.root), label: "root", uuid: Self.rootUUID,
                immutable: [sysroot.deployment])
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
