import Treefile

/// The sizes of a build's disks, in bytes.
struct DiskSizes: Equatable {
    /// The raw image and the images for bare metal: estimated from the content, with some room.
    let metal: Int64
    /// Images for virtual machines and clouds: what image.yaml asks for.
    let cloud: Int64
    /// The journal of the root filesystem, in bytes: as large as it helps for a disk that grows, if the content is not
    /// very small.
    let journal: Int64

    /// Sizes disks for their content.
    ///
    /// As coreos-assembler estimates (`estimate-commit-disk-size --add-percent 35`), plus what the filesystem takes for
    /// itself; with `size: auto` without the room to spare, and all disks alike. That estimate is never too small, and
    /// for an ext4 there is an exact one (``Ext4Minimum``).
    ///
    /// - Throws: ``DiskImageError/bootTooSmall(needed:given:)``, ``DiskImageError/diskTooSmall(needed:given:)``.
    init(
        _ content: DiskContent, _ kind: RootFilesystem, wanted: ImageConfig.Size, table: PartitionTable
    ) throws(DiskImageError) {
        // The journal and the inode tables of the boot filesystem.
        let bootNeeded = ContentSize(of: content.boot).bytes + 32 * .mebibyte
        let bootGiven = (table.partitions.first { $0.role == .boot }?.size ?? 0) * .mebibyte
        guard bootNeeded <= bootGiven else { throw .bootTooSmall(needed: bootNeeded, given: bootGiven) }
        try self.init(root: ContentSize(of: content.root), kind, wanted: wanted, table: table)
    }

    /// Sizes disks for a root filesystem's content.
    init(
        root: ContentSize, _ kind: RootFilesystem, wanted: ImageConfig.Size, table: PartitionTable
    ) throws(DiskImageError) {
        journal = min(max(root.bytes / 8 / .mebibyte, 8), 64) * .mebibyte
        let filesystem = max(root.bytes * 105 / 100 + journal + 16 * .mebibyte, kind.minimumSize)
        // Inode tables: 256 bytes for every 8 KiB.
        let needed = Self.roundedUp(filesystem * 100 / 96 + table.fixedSize)
        switch wanted {
        case .automatic: (metal, cloud) = (needed, needed)
        case .gibibytes(let count):
            cloud = count * .gibibyte
            guard needed <= cloud else { throw .diskTooSmall(needed: needed, given: cloud) }
            metal = min(Self.roundedUp(filesystem * 135 / 100 + table.fixedSize), cloud)
        }
    }

    /// The same with a root partition of another size, in bytes, for all disks.
    init(_ sizes: DiskSizes, rootPartition: Int64, table: PartitionTable) {
        journal = sizes.journal
        metal = rootPartition + table.fixedSize
        cloud = metal
    }

    private static func roundedUp(_ size: Int64) -> Int64 { (size + .mebibyte - 1) / .mebibyte * .mebibyte }
}
