import Deployment
import Foundation
import Treefile

/// What the filesystems of a disk hold, as values.
struct DiskContent {
    /// The root filesystem.
    let root: FileTree
    /// The boot filesystem.
    let boot: FileTree

    /// Deploys the request's commit, and adds what no deployment brings.
    ///
    /// - Throws: `DeploymentError` and `GLibError`.
    init(_ request: DiskRequest) async throws {
        var sysroot = try await SysrootTreeBuilder().build(
            SysrootRequest(
                repository: request.repository, commit: request.commit, osname: request.osname,
                origin: Self.origin(request), kernelArguments: Self.kernelArguments(request),
                timestamp: request.timestamp, workDirectory: request.workDirectory))
        try BootContent(
            networkArguments: request.image.ignitionNetworkArguments ?? [],
            platforms: request.platforms.architectures[request.basearch] ?? [:]
        ).add(to: &sysroot.boot, timestamp: request.timestamp)
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
        (root, boot) = (sysroot.root, sysroot.boot)
    }

    private static func origin(_ request: DiskRequest) -> DeploymentOrigin {
        if let reference = request.image.containerImageReference { return .container(imageReference: reference) }
        return .ref(request.ref, remote: request.image.ostreeRemote)
    }

    private static func kernelArguments(_ request: DiskRequest) -> KernelArguments {
        let extra = KernelArguments(request.image.extraKernelArguments)
        var arguments: KernelArguments = extra.contains(key: "root") ? [] : ["root=LABEL=root"]
        arguments.append(["rw", "$ignition_firstboot"])
        arguments.append(extra)
        arguments.set("ignition.platform.id", to: RawImage.platformID)
        return arguments
    }
}
