import CExt2fs
import SystemPackage

/// What is free on an ext4 filesystem inside a file.
public struct Ext4Space: Sendable, Equatable {
    /// Blocks in all; one has ``blockSize`` bytes.
    public let blocks: Int64
    /// Blocks that nothing is in.
    public let freeBlocks: Int64
    /// Inodes that stand for nothing.
    public let freeInodes: Int64
    /// Bytes of a block.
    public let blockSize: Int64

    /// Reads the superblock of the filesystem that starts `offset` bytes into the file at `path`.
    ///
    /// - Throws: ``Ext2fsError``.
    public init(path: FilePath, offset: Int64) throws(Ext2fsError) {
        initialize_ext2_error_table()
        var opened: ext2_filsys?
        try checked("open the ext4 filesystem at byte \(offset) of \(path)") {
            ext2fs_open2(
                path.string, "offset=\(offset)", Int32(EXT2_FLAG_64BITS), 0, 0, cext2fs_unix_io_manager(), &opened)
        }
        guard let opened else { throw Ext2fsError(operation: "open \(path)", code: Int(EINVAL)) }
        defer { ext2fs_free(opened) }
        blocks = Int64(ext2fs_blocks_count(opened.pointee.super))
        freeBlocks = Int64(ext2fs_free_blocks_count(opened.pointee.super))
        freeInodes = Int64(opened.pointee.super.pointee.s_free_inodes_count)
        blockSize = Int64(opened.pointee.blocksize)
    }
}
