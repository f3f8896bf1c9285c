import Treefile

/// How Amazon's cloud shall import and register an image: what its upload needs besides the file, with the keys of EC2's
/// `RegisterImage`. Name and snapshot are the upload's.
public struct AmazonImport: Sendable, Equatable, Codable {
    /// The root disk's name, as coreos-assembler's images have it.
    private static let rootDevice = "/dev/xvda"

    /// The format that EC2's `ImportSnapshot` is told.
    public var diskFormat = "VMDK"
    /// What EC2's `RegisterImage` is told.
    public var registerImage: RegisterImage

    /// The parameters of `RegisterImage`.
    public struct RegisterImage: Sendable, Equatable, Codable {
        /// `x86_64` or `arm64`.
        public var architecture: String
        /// How machines start.
        public var bootMode: String
        /// Always the one that is not paravirtualized.
        public var virtualizationType = "hvm"
        /// Whether the system has a driver for Amazon's network adapter.
        public var enaSupport = true
        /// The older adapter's virtual functions.
        public var sriovNetSupport = "simple"
        /// `v2.0` where machines get their metadata by IMDSv2 only; else nil.
        public var imdsSupport: String?
        /// The root disk's name.
        public var rootDeviceName: String
        /// The disks.
        public var blockDeviceMappings: [BlockDevice]

        private enum CodingKeys: String, CodingKey {
            case architecture = "Architecture"
            case bootMode = "BootMode"
            case virtualizationType = "VirtualizationType"
            case enaSupport = "EnaSupport"
            case sriovNetSupport = "SriovNetSupport"
            case imdsSupport = "ImdsSupport"
            case rootDeviceName = "RootDeviceName"
            case blockDeviceMappings = "BlockDeviceMappings"
        }
    }

    /// One disk.
    public struct BlockDevice: Sendable, Equatable, Codable {
        /// Its name.
        public var deviceName: String
        /// A disk of the machine's own host.
        public var virtualName: String?
        /// A disk of the network.
        public var ebs: Volume?

        private enum CodingKeys: String, CodingKey {
            case deviceName = "DeviceName"
            case virtualName = "VirtualName"
            case ebs = "Ebs"
        }
    }

    /// A disk of the network.
    public struct Volume: Sendable, Equatable, Codable {
        /// Whether it goes with the machine.
        public var deleteOnTermination = true
        /// Its size in GiB.
        public var volumeSize: Int64
        /// Its kind.
        public var volumeType: String

        private enum CodingKeys: String, CodingKey {
            case deleteOnTermination = "DeleteOnTermination"
            case volumeSize = "VolumeSize"
            case volumeType = "VolumeType"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case diskFormat = "disk-format"
        case registerImage = "register-image"
    }

    /// What image.yaml says about a disk.
    ///
    /// - Parameters:
    ///   - basearch: the architecture; machines of aarch64 always start with UEFI.
    ///   - diskSize: in bytes.
    public init(_ image: AWSConfig, basearch: String, diskSize: Int64) {
        registerImage = RegisterImage(
            architecture: basearch == "aarch64" ? "arm64" : basearch,
            bootMode: basearch == "x86_64" ? image.x86BootMode.rawValue : AWSConfig.BootMode.uefi.rawValue,
            imdsSupport: image.isIMDSv2Only ? "v2.0" : nil, rootDeviceName: Self.rootDevice,
            blockDeviceMappings: [
                BlockDevice(
                    deviceName: Self.rootDevice,
                    ebs: Volume(
                        volumeSize: (diskSize + .gibibyte - 1) / .gibibyte, volumeType: image.volumeType)),
                BlockDevice(deviceName: "/dev/xvdb", virtualName: "ephemeral0"),
            ])
    }
}
