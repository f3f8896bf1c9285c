import CExt2fs

extension Ext4Filesystem {
    /// Makes a directory, of root and mode 0755, in one that exists; leaves it as it is where it is there.
    public func makeDirectory(_ path: String) throws(Ext2fsError) {
        let handle = try open()
        let (parent, base) = Self.split(path)
        guard try !list(parent).contains(base) else { return }
        let number = try find(parent)
        try checked("read the bitmaps of \(name)") { ext2fs_read_bitmaps(handle) }
        try withRoom(in: number, "make \(path) in \(name)") { ext2fs_mkdir(handle, number, 0, base) }
    }

    /// Writes a file of root: a new one, or one that is there already, whose owner and mode stay.
    ///
    /// - Parameter mode: the permissions of a new one.
    public func write(_ path: String, mode: UInt16 = 0o600, _ bytes: [UInt8]) throws(Ext2fsError) {
        let (parent, base) = Self.split(path)
        if try !list(parent).contains(base) { try create(path, in: parent, base, mode: mode) }
        try overwrite(path, with: bytes)
    }

    private func create(_ path: String, in parent: String, _ base: String, mode: UInt16) throws(Ext2fsError) {
        let handle = try open()
        let folder = try find(parent)
        try checked("read the bitmaps of \(name)") { ext2fs_read_bitmaps(handle) }
        var number: ext2_ino_t = 0
        let regular = Int32(LINUX_S_IFREG) | Int32(mode)
        try checked("make \(path) in \(name)") { ext2fs_new_inode(handle, folder, regular, nil, &number) }
        try withRoom(in: folder, "make \(path) in \(name)") {
            ext2fs_link(handle, folder, base, number, Int32(EXT2_FT_REG_FILE))
        }
        ext2fs_inode_alloc_stats2(handle, number, 1, 0)
        var inode = ext2_inode()
        inode.i_mode = __u16(regular)
        inode.i_links_count = 1
        try checked("write \(path) of \(name)") { ext2fs_write_new_inode(handle, number, &inode) }
    }

    /// A directory whose blocks are full gets one more.
    private func withRoom(
        in directory: ext2_ino_t, _ operation: String, _ body: () -> errcode_t
    ) throws(Ext2fsError) {
        let handle = try open()
        let code = body()
        guard code == errcode_t(EXT2_ET_DIR_NO_SPACE) else { return try checked(operation) { code } }
        try checked(operation) { ext2fs_expand_dir(handle, directory) }
        try checked(operation, body)
    }

    private static func split(_ path: String) -> (parent: String, base: String) {
        guard let slash = path.lastIndex(of: "/") else { return ("/", path) }
        return (slash == path.startIndex ? "/" : String(path[..<slash]), String(path[path.index(after: slash)...]))
    }
}
