import SystemPackage

/// What a virtual machine is made of: a value. Two machines with equal descriptions differ in nothing but their identity.
public struct MachineDescription: Sendable, Hashable, Codable {
    /// How the machine starts.
    public enum Firmware: String, Sendable, Codable, CaseIterable {
        /// SeaBIOS.
        case bios
        /// OVMF, with variables of its own.
        case uefi
        /// OVMF with Secure Boot: what it starts must be signed with one of Microsoft's keys.
        case uefiSecure = "uefi-secure"
    }

    /// The primary disk's image, which is never written to; nil where the disk is empty.
    public var image: FilePath?
    /// The image's format.
    public var imageFormat: ImageFormat
    /// The disk that it boots from; it has a size where it is to be larger than its image.
    public var primaryDisk: VirtualDisk
    /// Empty disks besides it.
    public var additionalDisks: [VirtualDisk] = []
    /// Network cards besides the first.
    public var additionalNetworkCards = 0
    /// It has a card on a ``NetworkSegment`` that it shares with other machines.
    public var isOnSegment = false
    /// Kernel arguments that are added for every boot, of the disk image or of the ISO; "" for none. The image itself stays as
    /// it is.
    public var kernelArguments = ""
    /// Kernel arguments that are added for the first boot only; "" for none.
    public var firstBootKernelArguments = ""
    /// Memory and processors are on two NUMA nodes.
    public var hasNUMANodes = false
    /// The ISO image that it boots from. A live ISO of a CoreOS gets the Ignition config and ``kernelArguments``, in a copy.
    public var iso: LiveISO?
    /// An OCI archive that the guest sees as a disk (``containerArchiveDevice``).
    public var containerArchive: FilePath?
    /// TCP ports of 127.0.0.1 on the host that lead to the same ports of the guest.
    public var hostPorts: [Int] = []
    /// It has a TPM 2.0, new and empty.
    public var hasTPM = false
    /// Folders of the host. The guest mounts them by their tags (``sharedFolderTag(_:)``).
    public var sharedFolders: [SharedFolder] = []
    /// How it starts.
    public var firmware: Firmware
    /// Memory in MiB.
    public var memory: Int
    /// Virtual processors.
    public var processors: Int
    /// Whether guests reach anything but the host's forwarded ports.
    public var internet: Bool
    /// The guest's name by DHCP.
    public var hostname: String?
    /// The guest's network in CIDR notation; nil for QEMU's own, 10.0.2.0/24.
    public var networkAddress: String?
    /// What the firmware boots over the network; nil for the disk.
    public var netboot: Netboot?
    /// The Ignition config is written to the boot partition, for images that do not read QEMU's firmware configuration.
    public var hasIgnitionOnDisk = false
    /// More arguments for QEMU, at the end.
    public var extraArguments: [String]

    /// A program that the firmware gets over TFTP.
    public struct Netboot: Sendable, Hashable, Codable {
        /// The folder that the guest sees.
        public let folder: FilePath
        /// The program, relative to it.
        public let file: String
        /// It is for a disk that does not boot; else it comes before the disk.
        public let isAfterDisk: Bool

        /// A program in a folder.
        public init(folder: FilePath, file: String, isAfterDisk: Bool = false) {
            self.folder = folder
            self.file = file
            self.isAfterDisk = isAfterDisk
        }
    }

    /// The formats that an image may have.
    public enum ImageFormat: String, Sendable, Codable {
        /// QEMU's own format.
        case qcow2
        /// The bytes of the disk.
        case raw

        /// The format of a file by its name: `.raw` and `.img` are raw, all else is qcow2.
        public init(guessedFrom path: FilePath) {
            self = ["raw", "img"].contains(path.extension) ? .raw : .qcow2
        }
    }

    /// A machine with the usual parts: one disk, one network card, 1 GiB.
    public init(
        image: FilePath?, imageFormat: ImageFormat? = nil, primaryDisk: VirtualDisk = VirtualDisk(),
        firmware: Firmware = .bios,
        memory: Int = 1024, processors: Int = 1, internet: Bool = false, hostname: String? = nil,
        extraArguments: [String] = []
    ) {
        self.image = image
        self.imageFormat = imageFormat ?? image.map(ImageFormat.init(guessedFrom:)) ?? .qcow2
        self.primaryDisk = primaryDisk
        self.firmware = firmware
        self.memory = memory
        self.processors = processors
        self.internet = internet
        self.hostname = hostname
        self.extraArguments = extraArguments
    }

    /// All disks, the one that it boots from first.
    var disks: [VirtualDisk] { [primaryDisk] + additionalDisks }

    /// The device of the guest that has the bytes of the OCI archive.
    public static let containerArchiveDevice = "/dev/disk/by-id/virtio-\(QEMUArguments.containerArchiveSerial)"

    /// The tag by which the guest mounts a shared folder, by its place among them.
    public func sharedFolderTag(_ index: Int) -> String { "kola\(index)" }

    /// Whether a machine of this kind can be saved and forked: with NUMA its memory is in two pieces, and what serves a folder
    /// or a disk cannot be saved with it.
    public var canBeForked: Bool { !hasNUMANodes && sharedFolders.isEmpty && !disks.contains(where: \.isOverSocket) }
}
