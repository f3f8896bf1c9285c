/// One platform that images are made for: a row of a table.
public struct Platform: Sendable, Equatable, Codable {
    /// How an image file is written.
    public enum Format: String, Sendable, Codable {
        /// The disk's bytes.
        case raw
        /// QEMU's format (compat 1.1).
        case qcow2
        /// QEMU's format with compressed clusters.
        case compressedQcow2
        /// A VMDK that is read as a stream, for import into clouds.
        case streamOptimizedVMDK

        /// The end of an image file's name, without the dot.
        public var suffix: String {
            switch self {
            case .raw: "raw"
            case .qcow2, .compressedQcow2: "qcow2"
            case .streamOptimizedVMDK: "vmdk"
            }
        }
    }

    /// How large a platform's disk is.
    public enum DiskSize: String, Sendable, Codable {
        /// As large as the content needs.
        case metal
        /// As large as image.yaml says.
        case cloud
    }

    /// The name: of `buildextend-<name>`, in meta.json, in file names and in platforms.yaml.
    public let name: String
    /// How its image is written.
    public let format: Format
    /// How large its disk is.
    public let diskSize: DiskSize
    /// The value of the kernel argument `ignition.platform.id`.
    public let ignitionID: String

    /// The end of its image's file name, without the dot.
    public var suffix: String { format.suffix }

    private init(_ name: String, _ format: Format, _ diskSize: DiskSize = .cloud) {
        self.name = name
        self.format = format
        self.diskSize = diskSize
        ignitionID = name
    }

    /// Every platform, by name.
    public static let all: [Platform] = [
        Platform("aliyun", .qcow2),
        Platform("applehv", .raw),
        Platform("aws", .streamOptimizedVMDK),
        Platform("digitalocean", .qcow2),
        Platform("exoscale", .qcow2),
        Platform("hetzner", .raw),
        Platform("ibmcloud", .qcow2),
        Platform("metal", .raw, .metal),
        Platform("nutanix", .compressedQcow2),
        Platform("openstack", .qcow2),
        Platform("oraclecloud", .qcow2),
        Platform("proxmoxve", .qcow2),
        Platform("qemu", .qcow2),
        Platform("vultr", .raw),
    ]

    /// The platform with a name.
    ///
    /// - Throws: ``DiskImageError/unknownPlatform(_:)``.
    public static func named(_ name: String) throws(DiskImageError) -> Platform {
        guard let platform = all.first(where: { $0.name == name }) else { throw .unknownPlatform(name) }
        return platform
    }
}
