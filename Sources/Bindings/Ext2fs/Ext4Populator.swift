import CExt2fs
import SystemPackage

/// Fills an empty filesystem, one that mke2fs has just made inside a file, without mounting it.
///
/// Inodes are numbered in the order in which things are made, and content lies in that order, in one piece where there
/// is room; so equal calls give equal bytes. Content goes straight into the file. Belongs to one thread; what was
/// made is there after ``close()``, and an object that ended with an error leaves no filesystem to be used.
public final class Ext4Populator {
    let filesystem: Ext4Filesystem
    let handle: ext2_filsys
    let image: FileDescriptor
    let offset: Int64
    let timestamp: Int64
    /// For copying; a whole number of blocks.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
    /// The block after the last one that was taken.
    var cursor: blk64_t = 0
    /// What there is, by path.
    var inodes: [String: Inode] = [:]
    /// In the order in which they were made.
    var directories: [Directory] = []

    /// What a name stands for.
    struct Inode {
        let number: ext2_ino_t
        /// As directories note it (`EXT2_FT_REG_FILE`).
        let type: UInt8
        /// Of a directory: its place among them.
        var directory: Int?
    }

    /// A directory, of which nothing is written before ``close()``.
    struct Directory {
        let path: String
        let number: ext2_ino_t
        let parent: ext2_ino_t
        /// Whether mke2fs made it.
        let isPresent: Bool
        /// Nil for one that mke2fs made and nobody else did.
        var attributes: Ext4Attributes?
        var names: [(name: String, inode: Inode)] = []
    }

    /// Opens the filesystem that starts `offset` bytes into the file at `path`.
    ///
    /// - Parameter timestamp: seconds since 1970: every time but those of modification.
    /// - Throws: ``Ext2fsError``, also where there are files in it already, or where it has no extents, file types in
    ///   directories, or inodes of 256 bytes, or where it has clusters of blocks.
    public init(path: FilePath, offset: Int64, timestamp: Int64) throws(Ext2fsError) {
        filesystem = try Ext4Filesystem(path: path, offset: offset, timestamp: timestamp)
        handle = try filesystem.open()
        image = try FileDescriptor.opened(path, .readWrite)
        (self.offset, self.timestamp) = (offset, timestamp)
        let name = filesystem.name
        let superblock = handle.pointee.super.pointee
        let needed = UInt32(EXT3_FEATURE_INCOMPAT_EXTENTS | EXT2_FEATURE_INCOMPAT_FILETYPE)
        let isKnown =
            superblock.s_feature_incompat & needed == needed
            && Int(superblock.s_inode_size) >= MemoryLayout<ext2_inode_large>.size
            && superblock.s_log_cluster_size == superblock.s_log_block_size
        try checked("fill \(name)") { isKnown ? 0 : errcode_t(EXT2_ET_UNSUPP_FEATURE) }
        let present = try filesystem.list("/")
        try checked("fill \(name), which is not empty") {
            present.isEmpty || present == [Self.lostAndFound] ? 0 : errcode_t(EEXIST)
        }
        try checked("read the bitmaps of \(name)") { ext2fs_read_bitmaps(handle) }
        // The copies of the superblock and of the group descriptors are made, too.
        handle.pointee.flags &= ~EXT2_FLAG_MASTER_SB_ONLY
        addPresent("/", ext2_ino_t(EXT2_ROOT_INO))
        if !present.isEmpty {
            let path = "/" + Self.lostAndFound
            addPresent(path, try filesystem.find(path))
        }
    }

    deinit {
        buffer.deallocate()
        try? image.close()
    }

    /// Writes the directories and everything else that is left, and ends the use of this object.
    ///
    /// The file is not synced: what puts it into its place does that.
    public func close() throws(Ext2fsError) {
        for directory in directories { try write(directory) }
        try filesystem.close(flags: EXT2_FLAG_FLUSH_NO_SYNC)
    }

    /// The directory, made with each filesystem, in which a check puts what it finds to be nowhere.
    private static let lostAndFound = "lost+found"

    private func addPresent(_ path: String, _ number: ext2_ino_t) {
        let inode = Inode(number: number, type: UInt8(EXT2_FT_DIR), directory: directories.count)
        inodes[path] = inode
        let root = ext2_ino_t(EXT2_ROOT_INO)
        directories.append(Directory(path: path, number: number, parent: root, isPresent: true))
        if number != root { directories[0].names.append((Self.lostAndFound, inode)) }
    }
}
