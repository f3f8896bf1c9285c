import Foundation
import GLib
import HostSystem
import OSTree
import SystemPackage

/// What a new sysroot gets.
public struct SysrootRequest: Sendable {
    /// An empty or missing directory on a filesystem with owners and extended attributes.
    public var directory: FilePath
    /// Where the commit is.
    public var repository: FilePath
    /// Its checksum.
    public var commit: String
    /// The stateroot.
    public var osname: String
    /// Where updates come from; a ref is also set in the sysroot's repository.
    public var origin: DeploymentOrigin
    /// All kernel arguments but `ostree=`.
    public var kernelArguments: KernelArguments

    /// A request with all of its values.
    public init(
        directory: FilePath, repository: FilePath, commit: String, osname: String, origin: DeploymentOrigin,
        kernelArguments: KernelArguments
    ) {
        self.directory = directory
        self.repository = repository
        self.commit = commit
        self.osname = osname
        self.origin = origin
        self.kernelArguments = kernelArguments
    }
}

/// A sysroot with one deployment, as files in a directory.
public struct PreparedSysroot: Sendable, Equatable, Codable {
    /// The directory; its `boot` is the content of the boot partition.
    public var directory: String
    /// The deployment's tree, relative to the directory.
    public var deployment: String

    /// The directory as a path.
    public var path: FilePath { FilePath(directory) }
}

/// Makes the content of a disk's root and boot filesystems from a commit, through libostree.
public struct SysrootBuilder: Sendable {
    /// A builder; it holds nothing.
    public init() {}

    /// Makes the sysroot.
    ///
    /// Boot entries are written twice by libostree: as boot loader entries and as a `syslinux.cfg`, because that is a
    /// format which an unpatched GRUB reads (`syslinux_source`) and which every later deployment keeps up to date.
    ///
    /// - Throws: ``DeploymentError`` and `GLibError`.
    public func build(_ request: SysrootRequest) async throws -> PreparedSysroot {
        try await Blocking.run { try buildBlocking(request) }
    }

    private func buildBlocking(_ request: SysrootRequest) throws -> PreparedSysroot {
        guard geteuid() == 0 else { throw DeploymentError.needsRoot }
        let root = request.directory
        try prepareBoot(root.appending("boot"))
        try configureRepository(root, request)
        let sysroot = try Sysroot(root)
        let deployment = try sysroot.deploy(
            commit: request.commit, osname: request.osname, origin: request.origin.text,
            kernelArguments: request.kernelArguments.arguments)
        // The flag would be in the way of whoever removes this directory; the disk image sets it again.
        try sysroot.setDeploymentsMutable(true)
        try sysroot.repository().configure(["core": ["fsync": "true"]])
        try emptyDirectory(root.appending("ostree/repo/tmp"))
        return PreparedSysroot(directory: root.string, deployment: deployment.path)
    }

    /// What libostree looks for to know which boot loader it writes for (its `ostree-bootloader-syslinux.c`).
    private func prepareBoot(_ boot: FilePath) throws {
        let files = FileManager.default
        for directory in ["loader.0", "syslinux", "efi", "grub2", "coreos"] {
            try files.createDirectory(
                atPath: boot.appending(directory).string, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o755])
        }
        try files.createSymbolicLink(atPath: boot.appending("loader").string, withDestinationPath: "loader.0")
        try files.createSymbolicLink(
            atPath: boot.appending("syslinux/syslinux.cfg").string, withDestinationPath: "../loader/syslinux.cfg")
        let configuration = SyslinuxConfiguration.empty(timeoutTenths: 10)
        try Data(configuration.text.utf8).write(to: URL(filePath: boot.appending("loader.0/syslinux.cfg").string))
    }

    private func configureRepository(_ root: FilePath, _ request: SysrootRequest) throws {
        let sysroot = try Sysroot(root, initialize: true)
        try sysroot.makeStateroot(request.osname)
        let repository = try sysroot.repository()
        try repository.configure([
            // Nothing here has to survive a power cut: the disk image is synced as one file.
            "core": ["fsync": "false"],
            "sysroot": ["bootloader": "syslinux", "readonly": "true"],
        ])
        repository.disableFsync()
        let source = try Repository.open(request.repository)
        try repository.transaction { try repository.importCommit(request.commit, from: source) }
        if case .ref(let ref, let remote) = request.origin {
            try repository.setRef(ref, remote: remote, to: request.commit)
        }
    }

    private func emptyDirectory(_ path: FilePath) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: path.string) {
            try FileManager.default.removeItem(atPath: path.appending(name).string)
        }
    }

    /// Removes a sysroot directory, also one that a killed run left with immutable deployments.
    public static func remove(_ directory: FilePath) async throws {
        guard FileManager.default.fileExists(atPath: directory.string) else { return }
        let stateroots = directory.appending("ostree/deploy")
        for osname in (try? FileManager.default.contentsOfDirectory(atPath: stateroots.string)) ?? [] {
            let deployments = stateroots.appending(osname).appending("deploy")
            for name in (try? FileManager.default.contentsOfDirectory(atPath: deployments.string)) ?? []
            where !name.hasSuffix(".origin") {
                try await Command("chattr", ["-i", deployments.appending(name).string]).run()
            }
        }
        try await Command("rm", ["-rf", "--one-file-system", directory.string]).run()
    }
}
