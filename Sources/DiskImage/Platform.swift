/// One platform that images are made for: a row of a table.
public struct Platform: Sendable, Equatable, Codable {
    /// How large a platform's disk is.
    public enum DiskSize: String, Sendable, Codable {
        /// As large as the content needs.
        case metal
        /// As large as image.yaml says.
        case cloud
    }

    /// The name: of `buildextend-<name>`, in meta.json and in file names.
    public let name: String
    /// How its image is written.
    public let format: ImageFormat
    /// How large its disk is.
    public let diskSize: DiskSize
    /// The value of the kernel argument `ignition.platform.id`, and the key in platforms.yaml.
    public let ignitionID: String
    /// Bytes of a sector of its disk.
    public let sectorSize: Int
    /// The architectures that there are such machines of, as RPM's `basearch`.
    public let architectures: [String]
    /// Whether the image is used as it is, because it is compressed inside or its consumer takes nothing else.
    public let skipCompression: Bool
    /// What it takes to make the image that this program does not have; nil where nothing is missing.
    public let requirement: String?

    /// The end of its image's file name, without the dot.
    public var suffix: String { format.suffix }

    init(
        _ name: String, _ format: ImageFormat, _ diskSize: DiskSize = .cloud, ignitionID: String? = nil,
        sectorSize: Int = 512, on architectures: [String], skipCompression: Bool = false, requires: String? = nil
    ) {
        self.name = name
        self.format = format
        self.diskSize = diskSize
        self.ignitionID = ignitionID ?? name
        self.sectorSize = sectorSize
        self.architectures = architectures
        self.skipCompression = skipCompression
        requirement = requires
    }

    /// The platforms of an architecture, by name.
    public static func all(for basearch: String) -> [Platform] {
        all.filter { $0.architectures.contains(basearch) }
    }

    /// The platform with a name, on machines of an architecture.
    ///
    /// - Throws: ``DiskImageError/unknownPlatform(_:)``, or ``DiskImageError/otherArchitecture(platform:has:wanted:)``
    ///   where it has no machines of that architecture.
    public static func named(_ name: String, basearch: String) throws(DiskImageError) -> Platform {
        guard let platform = all.first(where: { $0.name == name }) else { throw .unknownPlatform(name) }
        guard platform.architectures.contains(basearch) else {
            throw .otherArchitecture(platform: name, has: platform.architectures, wanted: basearch)
        }
        return platform
    }
}
