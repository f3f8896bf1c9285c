import HostSystem
import SystemPackage
import Zlib

/// The partition table that a ``PartitionTable`` becomes on a disk (UEFI specification 2.10, sections 5.2.3 and 5.3).
struct GUIDPartitionTable {
    private static let entryCount = 128
    private static let entrySize = 128
    private static let headerSize = 92

    private let diskSize: Int64
    private let sectorSize: Int64
    private let entries: [UInt8]

    /// Lays out a table.
    ///
    /// - Parameter seed: what the partitions' own GUIDs are derived from.
    init(_ table: PartitionTable, diskSize: Int64, sectorSize: Int, seed: String) {
        self.diskSize = diskSize
        self.sectorSize = Int64(sectorSize)
        var entries = [UInt8](repeating: 0, count: Self.entryCount * Self.entrySize)
        for (partition, extent) in zip(table.partitions, table.extents(diskSize: diskSize)) {
            let place = (partition.number - 1) * Self.entrySize
            entries.put(MixedGUID.bytes(partition.type), at: place)
            entries.put(MixedGUID.bytes(DerivedUUID.make(seed: seed, name: partition.name)), at: place + 16)
            entries.put(littleEndian: extent.start / Int64(sectorSize), at: place + 32)
            entries.put(littleEndian: (extent.start + extent.size) / Int64(sectorSize) - 1, at: place + 40)
            entries.put(littleEndian: UInt64(partition.role == .biosBoot ? 1 << 2 : 0), at: place + 48)
            let name = partition.name.utf16.prefix(36).flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
            entries.put(name, at: place + 56)
        }
        self.entries = entries
    }

    /// Writes both copies, and the MBR that keeps other tools away; its boot code stays as it is.
    ///
    /// - Throws: ``DiskImageError`` or `Errno`.
    func write(to disk: FilePath) throws {
        let last = diskSize / sectorSize - 1
        let entrySectors = (Int64(entries.count) + sectorSize - 1) / sectorSize
        try SparseFile.write(protectiveMBR, to: disk, at: 440)
        try SparseFile.write(entries, to: disk, at: 2 * sectorSize)
        try SparseFile.write(header(at: 1, other: last, entries: 2, entrySectors), to: disk, at: sectorSize)
        try SparseFile.write(entries, to: disk, at: (last - entrySectors) * sectorSize)
        try SparseFile.write(
            header(at: last, other: 1, entries: last - entrySectors, entrySectors), to: disk, at: last * sectorSize)
    }

    /// What follows the boot code in the first sector: one partition of type EE over the whole disk.
    private var protectiveMBR: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 512 - 440)
        let partition = 446 - 440
        bytes.put([0, 0, 2, 0, 0xee, 0xff, 0xff, 0xff], at: partition)
        bytes.put(littleEndian: UInt32(1), at: partition + 8)
        bytes.put(littleEndian: UInt32(clamping: diskSize / sectorSize - 1), at: partition + 12)
        bytes.put([0x55, 0xaa], at: 510 - 440)
        return bytes
    }

    private func header(at place: Int64, other: Int64, entries first: Int64, _ entrySectors: Int64) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: Self.headerSize)
        header.put("EFI PART".utf8, at: 0)
        header.put(littleEndian: UInt32(0x0001_0000), at: 8)
        header.put(littleEndian: UInt32(Self.headerSize), at: 12)
        header.put(littleEndian: place, at: 24)
        header.put(littleEndian: other, at: 32)
        header.put(littleEndian: 2 + entrySectors, at: 40)
        header.put(littleEndian: diskSize / sectorSize - 2 - entrySectors, at: 48)
        header.put(MixedGUID.bytes(PartitionTable.diskGUID), at: 56)
        header.put(littleEndian: first, at: 72)
        header.put(littleEndian: UInt32(Self.entryCount), at: 80)
        header.put(littleEndian: UInt32(Self.entrySize), at: 84)
        header.put(littleEndian: checksum(entries), at: 88)
        header.put(littleEndian: checksum(header), at: 16)
        return header
    }

    private func checksum(_ bytes: [UInt8]) -> UInt32 {
        UInt32(truncatingIfNeeded: bytes.withUnsafeBytes { GzipFrame.checksum($0) })
    }
}
