import Deployment
import Foundation
import OSTree
import Treefile

/// What the filesystems of a disk hold, as values.
struct DiskContent {
    /// The root filesystem.
    let root: FileTree
    /// The boot filesystem.
    let boot: FileTree
    /// The files of the EFI system partition that the commit brings.
    let efiSystem: [BootFile]
    /// The commit's GRUB for firmware that reads no filesystem, and its core image.
    let grub: (program: FirmwareGRUB, core: [UInt8])?

    /// Deploys the request's commit, and adds what no deployment brings.
    ///
    /// - Throws: `DeploymentError`, ``BootLoaderError``, `CommandError` and `GLibError`.
    init(_ request: DiskRequest, _ bootLoader: BootLoaderChoice, _ table: PartitionTable) async throws {
        var sysroot = try await SysrootTreeBuilder().build(
            SysrootRequest(
                repository: request.repository, commit: request.commit, osname: request.osname,
                origin: Self.origin(request), kernelArguments: Self.kernelArguments(request),
                bootLoader: bootLoader.sysroot,
                // Another entry than the default one asks for no password that was set for the menu.
                settings: bootLoader == .grubBLS ? ["bls-append-except-default": "grub_users=\"\""] : [:],
                timestamp: request.timestamp, workDirectory: request.workDirectory))
        let first = (root: sysroot.root.entries.count, boot: sysroot.boot.entries.count)
        let networkArguments = request.image.ignitionNetworkArguments ?? []
        try BootContent(
            networkArguments: networkArguments,
            platforms: request.platforms.architectures[request.basearch] ?? [:]
        ).add(to: &sysroot.boot, timestamp: request.timestamp)
        let files = try bootLoader.files(
            request, boot: sysroot.boot,
            firstBootArguments: KernelArguments(["ignition.firstboot"] + networkArguments))
        if let program = files.grub {
            let number = table.partitions.first { $0.role == .boot }?.number ?? 0
            let core = try await GRUBInstaller(workDirectory: request.workDirectory)
                .makeImage(program, bootPartition: number)
            grub = (program, core)
        } else {
            grub = nil
        }
        let modules = grub.map { $0.program.bootFiles(core: $0.core) } ?? []
        sysroot.boot.add(files.boot + modules, timestamp: request.timestamp)
        let aleph = AlephVersion(
            version: request.version, ref: request.ref, ostreeCommit: request.commit,
            containerImage: request.container)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(aleph), as: UTF8.self) + "\n"
        sysroot.root.addFile("/.aleph-version.json", text, timestamp: request.timestamp)
        sysroot.root.add(
            "/.coreos-aleph-version.json", .symbolicLink(".aleph-version.json"),
            .init(permissions: 0o777, modificationTime: request.timestamp))
        // mke2fs makes it in any case, without a label.
        let lostAndFound = FileTreeEntry.Attributes(permissions: 0o700, modificationTime: request.timestamp)
        sysroot.boot.add("/lost+found", .directory, lostAndFound)
        if try RootFilesystem(request.image) == .ext4 { sysroot.root.add("/lost+found", .directory, lostAndFound) }
        let labels = try SysrootLabels(of: request.commit, in: Repository.open(request.repository))
        try labels.apply(to: &sysroot.root, from: first.root, prefix: "")
        try labels.apply(to: &sysroot.boot, from: first.boot, prefix: "/boot")
        (root, boot, efiSystem) = (sysroot.root, sysroot.boot, files.efiSystem)
    }

    private static func origin(_ request: DiskRequest) -> DeploymentOrigin {
        if let reference = request.image.containerImageReference { return .container(imageReference: reference) }
        return .ref(request.ref, remote: request.image.ostreeRemote)
    }

    static func kernelArguments(_ request: DiskRequest) -> KernelArguments {
        let extra = KernelArguments(request.image.extraKernelArguments)
        var arguments: KernelArguments = extra.contains(key: "root") ? [] : ["root=LABEL=root"]
        arguments.append(["rw", "$ignition_firstboot"])
        arguments.append(extra)
        arguments.set("ignition.platform.id", to: RawImage.platformID)
        return arguments
    }
}
