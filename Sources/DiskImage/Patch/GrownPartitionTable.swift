import SystemPackage
import Zlib

/// The GUID partition table of a disk that becomes larger: headers that know the new size, and the second copy at the
/// new end (UEFI specification 2.10, sections 5.2.3 and 5.3). Partitions stay where they are.
struct GrownPartitionTable {
    /// Offsets of a header's fields.
    private enum Field {
        static let headerSize = 12
        static let checksum = 16
        static let thisBlock = 24
        static let otherBlock = 32
        static let lastUsableBlock = 48
        static let entriesBlock = 72
        static let entryCount = 80
        static let entrySize = 84
    }

    private static let signature = Array("EFI PART".utf8)
    /// Where a protective MBR's only partition has its number of sectors.
    private static let protectiveSize = 446 + 12

    private let disk: FilePath
    private let sectorSize: Int64
    private let protectiveMBR: [UInt8]
    private let header: [UInt8]
    private let entries: [UInt8]

    /// Reads the table of the disk in a file.
    ///
    /// - Throws: ``DiskImageError`` where there is none.
    init(of disk: FilePath, sectorSize: Int) throws {
        self.disk = disk
        self.sectorSize = Int64(sectorSize)
        protectiveMBR = try SparseFile.read(disk, at: 0, count: 512)
        header = try SparseFile.read(disk, at: Int64(sectorSize), count: sectorSize)
        guard header.count == sectorSize, header.starts(with: Self.signature) else {
            throw DiskImageError.unexpectedFormat(
                disk, expected: "a disk with a GUID partition table of \(sectorSize) byte sectors")
        }
        let first: Int64 = header.littleEndian(at: Field.entriesBlock)
        let count: UInt32 = header.littleEndian(at: Field.entryCount)
        let size: UInt32 = header.littleEndian(at: Field.entrySize)
        entries = try SparseFile.read(disk, at: first * Int64(sectorSize), count: Int(count) * Int(size))
    }

    /// The sectors that the entries take.
    private var entrySectors: Int64 { (Int64(entries.count) + sectorSize - 1) / sectorSize }

    /// What changes where the disk becomes `newSize` bytes long.
    func patch(from oldSize: Int64, to newSize: Int64) -> DiskPatch {
        var patch = DiskPatch()
        let oldCopy = (oldSize / sectorSize - 1 - entrySectors) * sectorSize
        patch.write(Array(repeating: 0, count: Int(oldSize / sectorSize * sectorSize - oldCopy)), at: oldCopy)

        let last = newSize / sectorSize - 1
        var mbr = protectiveMBR
        mbr.put(littleEndian: UInt32(clamping: last), at: Self.protectiveSize)
        patch.write(mbr, at: 0)

        var primary = header
        primary.put(littleEndian: last, at: Field.otherBlock)
        primary.put(littleEndian: last - entrySectors - 1, at: Field.lastUsableBlock)
        var backup = primary
        backup.put(littleEndian: last, at: Field.thisBlock)
        backup.put(littleEndian: Int64(1), at: Field.otherBlock)
        backup.put(littleEndian: last - entrySectors, at: Field.entriesBlock)
        patch.write(Self.checksummed(primary), at: sectorSize)
        patch.write(entries, at: (last - entrySectors) * sectorSize)
        patch.write(Self.checksummed(backup), at: last * sectorSize)
        return patch
    }

    private static func checksummed(_ header: [UInt8]) -> [UInt8] {
        var header = header
        let size: UInt32 = header.littleEndian(at: Field.headerSize)
        header.put(littleEndian: UInt32(0), at: Field.checksum)
        let checksum = header.prefix(Int(size)).withUnsafeBytes { GzipFrame.checksum($0) }
        header.put(littleEndian: UInt32(truncatingIfNeeded: checksum), at: Field.checksum)
        return header
    }
}
