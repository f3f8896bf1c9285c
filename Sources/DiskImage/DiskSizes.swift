/// The sizes of a build's disks, in bytes.
struct DiskSizes: Equatable {
    /// The raw image and the images for bare metal: estimated from the content, with some room.
    let metal: Int64
    /// Images for virtual machines and clouds: what image.yaml asks for.
    let cloud: Int64

    /// The journal of the root filesystem, in bytes: as large as it helps for a disk that grows, if the content is not
    /// very small.
    let journal: Int64

    /// Sizes disks for a root filesystem's content.
    ///
    /// As coreos-assembler estimates (`estimate-commit-disk-size --add-percent 35`), plus what ext4 takes for itself.
    ///
    /// - Throws: ``DiskImageError/diskTooSmall(needed:given:)``.
    init(
        content: ContentSize, filesystem kind: RootFilesystem, cloudGiB: Int64, table: PartitionTable
    ) throws(DiskImageError) {
        journal = min(max(content.bytes / 8 / .mebibyte, 8), 64) * .mebibyte
        let filesystem = max(content.bytes * 105 / 100 + journal + 16 * .mebibyte, kind.minimumSize)
        // Inode tables: 256 bytes for every 8 KiB.
        let needed = filesystem * 100 / 96 + table.fixedSize
        cloud = cloudGiB * .gibibyte
        guard needed <= cloud else { throw .diskTooSmall(needed: needed, given: cloud) }
        let estimated = (filesystem * 135 / 100 + table.fixedSize + .mebibyte - 1) / .mebibyte * .mebibyte
        metal = min(estimated, cloud)
    }
}
