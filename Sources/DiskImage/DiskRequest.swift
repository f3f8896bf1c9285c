import SystemPackage
import Treefile

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
    /// Bytes of a sector: 512, or 4096 for disks that have no smaller ones.
    public var sectorSize: Int
    /// image.yaml.
    public var image: ImageConfig
    /// platforms.yaml.
    public var platforms: PlatformsTable
    /// The build's container image, for the record that stays on the disk.
    public var container: ContainerIdentity?
    /// What writes a root filesystem that the kernel has to write; nil for what works here.
    public var backend: FilesystemBackend?
    /// A scratch directory of this run alone.
    public var workDirectory: FilePath
    /// The raw image to make.
    public var output: FilePath

    /// A request with all of its values.
    public init(
        repository: FilePath, commit: String, ref: String, osname: String, version: String, basearch: String,
        timestamp: Int64, sectorSize: Int = 512, image: ImageConfig, platforms: PlatformsTable,
        container: ContainerIdentity?, backend: FilesystemBackend? = nil,
        workDirectory: FilePath, output: FilePath
    ) {
        self.repository = repository
        self.commit = commit
        self.ref = ref
        self.osname = osname
        self.version = version
        self.basearch = basearch
        self.timestamp = timestamp
        self.sectorSize = sectorSize
        self.image = image
        self.platforms = platforms
        self.container = container
        self.backend = backend
        self.workDirectory = workDirectory
        self.output = output
    }
}
