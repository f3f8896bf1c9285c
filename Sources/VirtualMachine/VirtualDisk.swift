/// A disk of a machine besides its image: how large it is, and how the guest sees it.
public struct VirtualDisk: Sendable, Hashable, Codable {
    /// How it is attached.
    public enum Channel: String, Sendable, Codable, CaseIterable {
        /// virtio-blk.
        case virtio
        /// NVMe.
        case nvme
        /// A SCSI disk on virtio-scsi.
        case scsi
    }

    /// The sectors that the guest sees.
    public enum Sectors: Sendable, Codable {
        /// 512 bytes.
        case small
        /// 4,096 bytes.
        case large
        /// 4,096 bytes, which the disk offers in pieces of 512 too (`512e`).
        case emulated
    }

    /// Its size in bytes; nil for that of its image.
    public var size: Int64?
    /// How it is attached; over two SCSI controllers where it has several paths.
    public var channel: Channel
    /// Its sectors.
    public var sectors: Sectors
    /// It is reached over two paths.
    public var isMultipath: Bool
    /// Its serial number, which names it in `/dev/disk/by-id`.
    public var serial: String?
    /// Its World Wide Name, of a SCSI disk.
    public var worldWideName: UInt64?

    /// Options for QEMU's `-drive`; nil for the usual ones.
    public var driveOptions: String?
    /// QEMU reaches it over a socket, by the protocol NBD.
    public var isOverSocket = false

    /// A disk.
    public init(
        size: Int64? = nil, channel: Channel = .virtio, sectors: Sectors = .small, isMultipath: Bool = false,
        serial: String? = nil, worldWideName: UInt64? = nil
    ) {
        self.size = size
        self.channel = channel
        self.sectors = sectors
        self.isMultipath = isMultipath
        self.serial = serial
        self.worldWideName = worldWideName
    }

    /// The disk with what it leaves to choose chosen by `other`; the larger size counts.
    public func completed(by other: VirtualDisk) -> VirtualDisk {
        var disk = self
        disk.size = [size, other.size].compactMap(\.self).max()
        if channel == .virtio { disk.channel = other.channel }
        if sectors == .small { disk.sectors = other.sectors }
        disk.isMultipath = isMultipath || other.isMultipath
        disk.serial = serial ?? other.serial
        disk.worldWideName = worldWideName ?? other.worldWideName
        disk.driveOptions = driveOptions ?? other.driveOptions
        disk.isOverSocket = isOverSocket || other.isOverSocket
        return disk
    }

    /// Reads kola's `SIZE[:OPTION,…]`, such as `5G:mpath` or `10G:channel=nvme,serial=data`.
    ///
    /// The form is that of `additionalDisks` and `primaryDisk` in the metadata of coreos-assembler's tests; the size is in GiB.
    ///
    /// - Parameter sizeIsOptional: `:mpath` and `mpath` are fine too.
    /// - Throws: ``MachineError`` that names the text and what is wrong with it.
    public init(parsing text: String, sizeIsOptional: Bool = false) throws {
        func wrong(_ reason: String) -> MachineError {
            MachineError(kind: .launch, reason: "the disk \"\(text)\": \(reason)")
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, var size = parts.first else { throw wrong("more than one colon") }
        var options = parts.count == 2 ? parts[1] : ""
        if sizeIsOptional, parts.count == 1, !size.hasSuffix("G") {
            options = size
            size = ""
        }
        self.init()
        if !(size.isEmpty && sizeIsOptional) {
            guard size.hasSuffix("G"), let number = Int64(size.dropLast()), (1...1 << 20).contains(number) else {
                throw wrong("the size must be in GiB, such as 5G")
            }
            self.size = number << 30
        }
        for option in options.split(separator: ",").map(String.init) {
            let words = option.split(separator: "=", maxSplits: 1).map(String.init)
            switch (words[0], words.count) {
            case ("mpath", 1), ("multipath", 1): isMultipath = true
            case ("4k", 1): sectors = .large
            case ("512e", 1): sectors = .emulated
            case ("channel", 2):
                guard let channel = Channel(rawValue: words[1]) else {
                    throw wrong(
                        "no channel \(words[1]); use \(Channel.allCases.map(\.rawValue).joined(separator: ", "))")
                }
                self.channel = channel
            case ("serial", 2): serial = words[1]
            case ("wwn", 2):
                guard let name = UInt64(words[1]), name > 0 else { throw wrong("wwn must be a whole number") }
                worldWideName = name
            default: throw wrong("no option \(option); use mpath, 4k, 512e, channel=, serial= or wwn=")
            }
        }
        guard worldWideName == nil || isMultipath || channel == .scsi else {
            throw wrong("only a disk with channel=scsi or mpath has a wwn")
        }
    }
}
