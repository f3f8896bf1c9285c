import Deployment
import SystemPackage

/// What a raw image is made from.
public struct DiskRequest: Sendable {
    /// The repository with the commit (bare-user).
    public var repository: FilePath
    /// The commit's checksum.
    public var commit: String
    /// Its ref.
    public var ref: String
    /// The stateroot.
    public var osname: String
    /// The build's version.
    public var version: String
    /// The architecture, as RPM's `basearch`.
    public var basearch: String
    /// Seconds since 1970; the only time that the image knows.
    public var timestamp: Int64
    /// What image.yaml says about disks.
    public var disk: DiskOptions
    /// What platforms.yaml says about this architecture, by platform.
    public var platforms: [String: PlatformSettings]
    /// The build's container image, for the record that stays on the disk.
    public var container: ContainerIdentity?
    /// A scratch directory of this run alone; on a filesystem with owners and extended attributes.
    public var workDirectory: FilePath
    /// The raw image to make.
    public var output: FilePath

    /// A request with all of its values.
    public init(
        repository: FilePath, commit: String, ref: String, osname: String, version: String, basearch: String,
        timestamp: Int64, disk: DiskOptions, platforms: [String: PlatformSettings], container: ContainerIdentity?,
        workDirectory: FilePath, output: FilePath
    ) {
        self.repository = repository
        self.commit = commit
        self.ref = ref
        self.osname = osname
        self.version = version
        self.basearch = basearch
        self.timestamp = timestamp
        self.disk = disk
        self.platforms = platforms
        self.container = container
        self.workDirectory = workDirectory
        self.output = output
    }
}

/// The part of image.yaml that disks are made by.
public struct DiskOptions: Sendable, Equatable, Codable {
    /// Filesystems that the root partition can have.
    public enum RootFilesystem: String, Sendable, Codable {
        case ext4, xfs
    }

    /// `size`: the size of cloud images in GiB.
    public var size: Int
    /// `rootfs`: the root partition's filesystem.
    public var rootFilesystem: RootFilesystem
    /// `extra-kargs`.
    public var extraKernelArguments: KernelArguments
    /// `ignition-network-kcmdline`: kernel arguments for the network of the first boot.
    public var ignitionNetworkArguments: [String]
    /// `container-imgref`: where updates come from as container images; a digest or tag is in it.
    public var containerImageReference: String?
    /// `ostree-remote`: the remote that the deployed ref belongs to.
    public var ostreeRemote: String?

    /// Options with all of their values.
    public init(
        size: Int, rootFilesystem: RootFilesystem = .ext4, extraKernelArguments: KernelArguments = [],
        ignitionNetworkArguments: [String] = [], containerImageReference: String? = nil, ostreeRemote: String? = nil
    ) {
        self.size = size
        self.rootFilesystem = rootFilesystem
        self.extraKernelArguments = extraKernelArguments
        self.ignitionNetworkArguments = ignitionNetworkArguments
        self.containerImageReference = containerImageReference
        self.ostreeRemote = ostreeRemote
    }
}
