import Ext2fs
import HostSystem
import SystemPackage
import Treefile

extension RawImage {
    /// The disk of a platform: this image with what the platform changes on the boot partition, and with room at its end
    /// where the platform's disks have the size that image.yaml asks for.
    ///
    /// - Throws: ``DiskImageError``, or `Ext2fsError`.
    func disk(for platform: Platform) throws -> PatchedDisk {
        let boot = try partition(.boot)
        let filesystem = try Ext4Filesystem(
            path: path, offset: boot.start, timestamp: timestamp, collectingWrites: true)
        let settings = platforms[platform.ignitionID] ?? PlatformsTable.Settings()
        try BootPatch(platform: platform, settings: settings).apply(to: filesystem)
        var patch = DiskPatch()
        for range in try filesystem.closeCollectingWrites() { patch.write(range.bytes, at: range.offset) }
        let newSize = platform.diskSize == .cloud ? max(cloudSize, size) : size
        if newSize > size {
            let table = try GrownPartitionTable(of: path, sectorSize: sectorSize).patch(from: size, to: newSize)
            for piece in table.pieces { patch.write(piece.bytes, at: piece.offset) }
        }
        return PatchedDisk(base: path, baseSize: size, patch: patch, size: newSize)
    }

    /// The bytes that the file takes on its filesystem, at most what any platform's image takes.
    public var allocatedSize: Int64 {
        get throws { try SparseFile.dataRanges(path).reduce(0) { $0 + ($1.upperBound - $1.lowerBound) } }
    }
}
