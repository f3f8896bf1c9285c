import CExt2fs
import SystemPackage

/// An ext2, ext3 or ext4 filesystem inside a file, opened for changing; nothing is mounted.
///
/// Belongs to one thread. What was changed is on the file after ``close()``, or nowhere but in the result of
/// ``closeCollectingWrites()`` where writes are collected.
public final class Ext4Filesystem {
    private var handle: ext2_filsys?
    private var collector: WriteCollector?
    private let offset: Int64
    let name: String

    /// Opens the filesystem that starts `offset` bytes into the file at `path`.
    ///
    /// - Parameters:
    ///   - timestamp: the time (seconds since 1970) that the library notes as the time of writing.
    ///   - collectingWrites: changes stay in memory, where later reads see them; the file is only read.
    public init(
        path: FilePath, offset: Int64, timestamp: Int64, collectingWrites: Bool = false
    ) throws(Ext2fsError) {
        initialize_ext2_error_table()
        self.offset = offset
        name = "the ext4 filesystem at byte \(offset) of \(path)"
        var opened: ext2_filsys?
        let flags = EXT2_FLAG_64BITS | (collectingWrites ? 0 : EXT2_FLAG_RW)
        try checked("open \(name)") {
            ext2fs_open2(path.string, "offset=\(offset)", Int32(flags), 0, 0, cext2fs_unix_io_manager(), &opened)
        }
        handle = opened
        guard let opened else { return }
        opened.pointee.now = time_t(timestamp)
        // The library counts there what its cache writes out, which says nothing about the filesystem.
        opened.pointee.super.pointee.s_kbytes_written = 0
        guard collectingWrites else { return }
        let unknown = opened.pointee.super.pointee.s_feature_ro_compat & ~cext2fs_known_ro_compat
        try checked("change \(name)") { unknown == 0 ? 0 : errcode_t(EXT2_ET_RO_UNSUPP_FEATURE) }
        collector = WriteCollector(on: opened.pointee.io)
        opened.pointee.flags |= EXT2_FLAG_RW
    }

    deinit {
        if let handle { ext2fs_free(handle) }
    }

    /// Writes everything out, to the disk that the file is on, and ends the use of this object.
    public func close() throws(Ext2fsError) { try close(flags: 0) }

    /// ``close()`` with the library's flags for it.
    func close(flags: Int32) throws(Ext2fsError) {
        guard let handle else { return }
        self.handle = nil
        try checked("write \(name)") { ext2fs_close2(handle, flags) }
    }

    /// Ends the use of this object, which was made with `collectingWrites`.
    ///
    /// - Returns: what the changes put into the file, in ascending order and without overlaps; blocks that were
    ///   written with what they hold already are not among it.
    public func closeCollectingWrites() throws(Ext2fsError) -> [WrittenRange] {
        guard let collector else {
            throw Ext2fsError(operation: "collect writes to \(name): it was opened to be written", code: Int(EINVAL))
        }
        try close()
        return collector.ranges(offset: offset)
    }

    /// The inode number of what is at an absolute path, symbolic links followed.
    func find(_ path: String) throws(Ext2fsError) -> ext2_ino_t {
        let handle = try open()
        var number: ext2_ino_t = 0
        try checked("find \(path) in \(name)") {
            ext2fs_namei_follow(handle, ext2_ino_t(EXT2_ROOT_INO), ext2_ino_t(EXT2_ROOT_INO), path, &number)
        }
        return number
    }

    func open() throws(Ext2fsError) -> ext2_filsys {
        guard let handle else { throw Ext2fsError(operation: "use \(name) after it was closed", code: Int(EBADF)) }
        return handle
    }
}
