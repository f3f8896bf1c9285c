import HostSystem
import Treefile

/// What a partition is for.
public enum PartitionRole: String, Sendable, Codable {
    /// Holds GRUB's core image for BIOS machines.
    case biosBoot
    /// The EFI system partition, vfat.
    case efiSystem
    /// Holds Open Firmware's boot program.
    case prep
    /// Unused, so that boot and root have the same numbers on every architecture.
    case reserved
    /// Kernels, boot entries and boot loader configuration, ext4.
    case boot
    /// The sysroot.
    case root
    /// What image.yaml adds.
    case additional
}

/// One partition of a table.
public struct PartitionSpec: Sendable, Equatable {
    /// Its number in the GPT, from 1.
    public let number: Int
    /// What it is for.
    public let role: PartitionRole
    /// Its name in the GPT.
    public let name: String
    /// Its type GUID.
    public let type: String
    /// Its size in MiB; nil for all that is left.
    public let size: Int64?
    /// What one that image.yaml adds is formatted with; the others have the filesystem of their role.
    public var filesystem = PartitionConfig.Filesystem.none
}

/// The partitions of one architecture's disks, in the order in which they lie on the disk.
///
/// The same as coreos-assembler's (`coreos.osbuild.<arch>.mpp.yaml`), so that what finds partitions there by number,
/// name or type finds them here.
public struct PartitionTable: Sendable, Equatable {
    /// The partitions.
    public let partitions: [PartitionSpec]

    /// The well-known disk GUID; the system replaces it at its first boot.
    public static let diskGUID = "00000000-0000-4000-a000-000000000001"

    /// Tables by basearch.
    public static let all: [String: PartitionTable] = [
        "x86_64": PartitionTable(partitions: [
            .init(number: 1, role: .biosBoot, name: "BIOS-BOOT", type: GUID.biosBoot, size: 1),
            .init(number: 2, role: .efiSystem, name: "EFI-SYSTEM", type: GUID.efiSystem, size: 127),
            .init(number: 3, role: .boot, name: "boot", type: GUID.extendedBoot, size: 384),
            .init(number: 4, role: .root, name: "root", type: "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709", size: nil),
        ]),
        "aarch64": PartitionTable(partitions: [
            .init(number: 1, role: .reserved, name: "reserved", type: GUID.reserved, size: 1),
            .init(number: 2, role: .efiSystem, name: "EFI-SYSTEM", type: GUID.efiSystem, size: 127),
            .init(number: 3, role: .boot, name: "boot", type: GUID.extendedBoot, size: 384),
            .init(number: 4, role: .root, name: "root", type: "B921B045-1DF0-41C3-AF44-4C6F280D3FAE", size: nil),
        ]),
        "ppc64le": PartitionTable(partitions: [
            .init(number: 1, role: .prep, name: "PowerPC-PReP-boot", type: GUID.prep, size: 4),
            .init(number: 2, role: .reserved, name: "reserved", type: GUID.reserved, size: 1),
            .init(number: 3, role: .boot, name: "boot", type: GUID.extendedBoot, size: 384),
            .init(number: 4, role: .root, name: "root", type: "C31C45E6-3F39-412E-80FB-4809C4980599", size: nil),
        ]),
        "riscv64": PartitionTable(partitions: [
            .init(number: 1, role: .reserved, name: "reserved", type: GUID.reserved, size: 1),
            .init(number: 2, role: .efiSystem, name: "EFI-SYSTEM", type: GUID.efiSystem, size: 127),
            .init(number: 3, role: .boot, name: "boot", type: GUID.extendedBoot, size: 384),
            .init(number: 4, role: .root, name: "root", type: "72EC70A6-CF74-40E6-BD49-4BDA08E8F224", size: nil),
        ]),
        "s390x": PartitionTable(partitions: [
            .init(number: 3, role: .boot, name: "boot", type: GUID.extendedBoot, size: 384),
            .init(number: 4, role: .root, name: "root", type: "5EEAD9A9-FE09-4A1E-A1D7-520D00531306", size: nil),
        ]),
    ]

    private enum GUID {
        static let biosBoot = "21686148-6449-6E6F-744E-656564454649"
        static let efiSystem = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
        static let extendedBoot = "BC13C2FF-59E6-4262-A352-B275FD6F7172"
        static let reserved = "8DA63339-0007-60C0-C436-083AC8230908"
        static let prep = "9E1A2D38-C612-4316-AA26-8B49521E5A8B"
    }

    /// What all partitions but the root take, and the free space before the first and after the last, in bytes.
    public var fixedSize: Int64 {
        (partitions.compactMap(\.size).reduce(0, +) + 2) * .mebibyte
    }
}

/// Where one partition is on a disk.
public struct PartitionExtent: Sendable, Equatable, Codable {
    /// Its number in the GPT.
    public let number: Int
    /// What it is for.
    public let role: PartitionRole
    /// The first byte.
    public let start: Int64
    /// The size in bytes.
    public let size: Int64
}

extension PartitionTable {
    /// Places the partitions, each at a whole MiB, on a disk of `diskSize` bytes.
    public func extents(diskSize: Int64) -> [PartitionExtent] {
        var start = Int64.mebibyte
        let rest = (diskSize - fixedSize) / .mebibyte * .mebibyte
        return partitions.map { partition in
            let size = partition.size.map { $0 * .mebibyte } ?? rest
            defer { start += size }
            return PartitionExtent(number: partition.number, role: partition.role, start: start, size: size)
        }
    }

    /// Where the partition for a role is on a disk of `diskSize` bytes; nil where the table has none.
    func extent(_ role: PartitionRole, diskSize: Int64) -> PartitionExtent? {
        extents(diskSize: diskSize).first { $0.role == role }
    }
}

extension Int64 {
    /// 2^20 bytes.
    static let mebibyte: Int64 = 1 << 20
    /// 2^30 bytes.
    static let gibibyte: Int64 = 1 << 30
}
