import SystemPackage
import Treefile

/// A finished raw disk that every platform's image is derived from.
public struct RawImage: Sendable, Equatable, Codable {
    /// Where it is.
    public let file: String
    /// Its size in bytes; holes count.
    public let size: Int64
    /// The size of images for virtual machines and clouds, in bytes.
    public let cloudSize: Int64
    /// Bytes of a sector: what its partition table counts in.
    public var sectorSize = 512
    /// How it boots.
    public var bootLoader = BootLoaderChoice.grubSyslinux
    /// The architecture.
    public let basearch: String
    /// Seconds since 1970; the only time that the image knows.
    public let timestamp: Int64
    /// The stateroot.
    public let osname: String
    /// The commit that it was made from.
    public let commit: String
    /// What platforms.yaml says about this architecture, by platform.
    public let platforms: [String: PlatformsTable.Settings]
    /// Where the partitions are.
    public let partitions: [PartitionExtent]

    /// ``file`` as a path.
    public var path: FilePath { FilePath(file) }

    /// The `ignition.platform.id` in a raw image's boot entry, before it is derived from.
    static let platformID = "metal"

    /// The partition for a role.
    func partition(_ role: PartitionRole) throws(DiskImageError) -> PartitionExtent {
        guard let found = partitions.first(where: { $0.role == role }) else {
            throw .unsupportedArchitecture(basearch)
        }
        return found
    }
}
