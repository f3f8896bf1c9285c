import Ext2fs
import Foundation
import HostSystem
import SystemPackage
import Treefile

extension RawImage {
    /// The disk of a platform: this image with what the platform changes on the boot partition, and with room at its end
    /// where the platform's disks have the size that image.yaml asks for.
    ///
    /// - Parameter scratch: a directory for what is needed on the way.
    /// - Throws: ``DiskImageError``, `Ext2fsError`, `CommandError`.
    func disk(for platform: Platform, scratch: FilePath) async throws -> PatchedDisk {
        let settings = platforms[platform.ignitionID] ?? PlatformsTable.Settings()
        let change = BootPatch(platform: platform, settings: settings)
        var patch = try await Blocking.run { try bootPatch(change) }
        if bootLoader == .systemdBoot {
            for piece in try await efiSystemPatch(change, scratch: scratch).pieces {
                patch.write(piece.bytes, at: piece.offset)
            }
        }
        let newSize = platform.diskSize == .cloud ? max(cloudSize, size) : size
        if newSize > size {
            let table = try GrownPartitionTable(of: path, sectorSize: sectorSize).patch(from: size, to: newSize)
            for piece in table.pieces { patch.write(piece.bytes, at: piece.offset) }
        }
        return PatchedDisk(base: path, baseSize: size, patch: patch, size: newSize)
    }

    private func bootPatch(_ change: BootPatch) throws -> DiskPatch {
        let filesystem = try Ext4Filesystem(
            path: path, offset: partition(.boot).start, timestamp: timestamp, collectingWrites: true)
        try change.apply(to: filesystem)
        var patch = DiskPatch()
        for range in try filesystem.closeCollectingWrites() { patch.write(range.bytes, at: range.offset) }
        return patch
    }

    /// What the change makes of the EFI system partition: mtools change a file in its place, so they get a copy of the
    /// partition.
    private func efiSystemPatch(_ change: BootPatch, scratch: FilePath) async throws -> DiskPatch {
        let partition = try partition(.efiSystem)
        let range = partition.start..<partition.start + partition.size
        let copy = scratch.appending("esp.img")
        defer { unlink(copy.string) }
        try await Blocking.run { try SparseFile.copy(range, of: path, to: copy) }
        try await SystemdBootPatch(image: copy, start: 0, timestamp: timestamp, workDirectory: scratch)
            .apply { change.edit(&$0) }
        return try await Blocking.run {
            var patch = DiskPatch()
            let blockSize = 64 << 10
            for data in try SparseFile.dataRanges(copy) {
                for offset in stride(from: data.lowerBound, to: data.upperBound, by: blockSize) {
                    let count = Int(min(data.upperBound - offset, Int64(blockSize)))
                    let changed = try SparseFile.read(copy, at: offset, count: count)
                    let before = try SparseFile.read(path, at: range.lowerBound + offset, count: count)
                    if changed != before { patch.write(changed, at: range.lowerBound + offset) }
                }
            }
            return patch
        }
    }

    /// The bytes that the file takes on its filesystem, at most what any platform's image takes.
    public var allocatedSize: Int64 {
        get throws { try SparseFile.dataRanges(path).reduce(0) { $0 + ($1.upperBound - $1.lowerBound) } }
    }
}
