import SystemPackage

/// What a new sysroot gets.
public struct SysrootRequest: Sendable {
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
    /// Which boot loader's configuration libostree is to keep up to date.
    public var bootLoader: SysrootBootLoader
    /// Further settings of the group `sysroot` of the repository's configuration (ostree.repo-config(5)).
    public var settings: [String: String]
    /// Seconds since 1970: the time of all that no commit brings.
    public var timestamp: Int64
    /// An empty directory for content that the repository has only compressed (mode `archive`); otherwise unused.
    public var workDirectory: FilePath

    /// A request with all of its values.
    public init(
        repository: FilePath, commit: String, osname: String, origin: DeploymentOrigin,
        kernelArguments: KernelArguments, bootLoader: SysrootBootLoader = .syslinux, settings: [String: String] = [:],
        timestamp: Int64,
        workDirectory: FilePath
    ) {
        self.repository = repository
        self.commit = commit
        self.osname = osname
        self.origin = origin
        self.kernelArguments = kernelArguments
        self.bootLoader = bootLoader
        self.settings = settings
        self.timestamp = timestamp
        self.workDirectory = workDirectory
    }
}

/// What libostree writes besides boot loader entries, the value of `sysroot.bootloader` (ostree.repo-config(5)).
public enum SysrootBootLoader: String, Sendable, Codable {
    /// A `syslinux.cfg`, the format of which an unpatched GRUB reads too (`syslinux_source`).
    case syslinux
    /// Nothing: the boot loader reads the entries themselves.
    case none
    /// The boot record of s390x, by the running system's zipl; nothing at first.
    case zipl
}

/// A sysroot with one deployment, as values.
public struct SysrootTree: Sendable {
    /// The root filesystem; its `/boot` is an empty directory.
    public var root: FileTree
    /// The boot filesystem.
    public var boot: FileTree
    /// The deployment's directory in ``root``, absolute.
    public let deployment: String
}
