import CExt2fs
import SystemPackage

/// Paths are absolute, without a slash at their end; the directory that something goes into must be there.
extension Ext4Populator {
    /// Makes a directory. For `/` and `/lost+found`, which every filesystem has, it sets what they are like.
    public func makeDirectory(_ path: String, _ attributes: Ext4Attributes) throws(Ext2fsError) {
        if let index = inodes[path]?.directory, directories[index].isPresent, directories[index].attributes == nil {
            directories[index].attributes = attributes
            return
        }
        let (parent, name) = try place(of: path)
        let number = try newInode(path, isDirectory: true)
        add(name, to: parent, path, Inode(number: number, type: UInt8(EXT2_FT_DIR), directory: directories.count))
        directories.append(
            Directory(
                path: path, number: number, parent: directories[parent].number, isPresent: false,
                attributes: attributes))
    }

    /// Makes a file with these bytes.
    public func makeFile(_ path: String, _ bytes: [UInt8], _ attributes: Ext4Attributes) throws(Ext2fsError) {
        try makeFile(path, .bytes(bytes), attributes)
    }

    /// Makes a file with the content of a file of the host, which must have `size` bytes.
    public func makeFile(
        _ path: String, copying source: FilePath, size: Int64, _ attributes: Ext4Attributes
    ) throws(Ext2fsError) {
        let content = try ContentSource.open(source, size: size)
        defer { content.close() }
        try makeFile(path, content, attributes)
    }

    /// Makes a symbolic link; a target has at most 4,095 bytes in a filesystem with blocks of 4 KiB.
    public func makeSymbolicLink(
        _ path: String, to target: String, _ attributes: Ext4Attributes
    ) throws(Ext2fsError) {
        let (parent, name) = try place(of: path)
        let bytes = Array(target.utf8)
        // The kernel wants room for a zero byte after it.
        guard !bytes.isEmpty, bytes.count < blockSize else {
            throw Ext2fsError(
                operation: "make the symbolic link \(path) in \(filesystem.name): its target has \(bytes.count) bytes",
                code: Int(bytes.isEmpty ? EINVAL : ENAMETOOLONG))
        }
        let number = try newInode(path)
        var inode = ext2_inode_large()
        inode.i_links_count = 1
        inode.size = Int64(bytes.count)
        inode.set(attributes, type: LINUX_S_IFLNK, timestamp: timestamp)
        if bytes.count < MemoryLayout.size(ofValue: inode.i_block) {
            withUnsafeMutableBytes(of: &inode.i_block) { $0.copyBytes(from: bytes) }
        } else {
            let ranges = try allocate(1, for: path)
            try copy(.bytes(bytes), to: ranges)
            try map(ranges, of: number, &inode, path)
        }
        try write(inode, number, attributes, path)
        add(name, to: parent, path, Inode(number: number, type: UInt8(EXT2_FT_SYMLINK)))
    }

    /// Gives a file or symbolic link a further name.
    public func makeHardLink(_ path: String, to existing: String) throws(Ext2fsError) {
        let (parent, name) = try place(of: path)
        let operation = "make \(path) in \(filesystem.name) a link to \(existing)"
        guard let target = inodes[existing] else { throw Ext2fsError(operation: operation, code: Int(ENOENT)) }
        guard target.directory == nil else { throw Ext2fsError(operation: operation, code: Int(EISDIR)) }
        var inode = ext2_inode()
        try checked(operation) { ext2fs_read_inode(handle, target.number, &inode) }
        guard Int32(inode.i_links_count) < EXT2_LINK_MAX else {
            throw Ext2fsError(operation: operation, code: Int(EMLINK))
        }
        inode.i_links_count += 1
        try checked(operation) { ext2fs_write_inode(handle, target.number, &inode) }
        add(name, to: parent, path, target)
    }

    private func makeFile(
        _ path: String, _ content: ContentSource, _ attributes: Ext4Attributes
    ) throws(Ext2fsError) {
        let (parent, name) = try place(of: path)
        let number = try newInode(path)
        var inode = ext2_inode_large()
        inode.i_links_count = 1
        inode.size = content.size
        inode.set(attributes, type: LINUX_S_IFREG, timestamp: timestamp)
        let ranges = try allocate(Int((content.size + Int64(blockSize) - 1) / Int64(blockSize)), for: path)
        try copy(content, to: ranges)
        try map(ranges, of: number, &inode, path)
        try write(inode, number, attributes, path)
        add(name, to: parent, path, Inode(number: number, type: UInt8(EXT2_FT_REG_FILE)))
    }

    /// Where a new path goes: the directory's place among the others, and the name in it.
    private func place(of path: String) throws(Ext2fsError) -> (directory: Int, name: String) {
        let operation = "make \(path) in \(filesystem.name)"
        guard inodes[path] == nil else { throw Ext2fsError(operation: operation, code: Int(EEXIST)) }
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else {
            throw Ext2fsError(operation: operation, code: Int(EINVAL))
        }
        let name = String(path[path.utf8.index(after: slash)...])
        guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(0) else {
            throw Ext2fsError(operation: operation, code: Int(EINVAL))
        }
        guard name.utf8.count <= EXT2_NAME_LEN else {
            throw Ext2fsError(operation: operation, code: Int(ENAMETOOLONG))
        }
        let parent = slash == path.startIndex ? "/" : String(path[..<slash])
        guard let inode = inodes[parent] else { throw Ext2fsError(operation: operation, code: Int(ENOENT)) }
        guard let directory = inode.directory else { throw Ext2fsError(operation: operation, code: Int(ENOTDIR)) }
        return (directory, name)
    }

    private func add(_ name: String, to directory: Int, _ path: String, _ inode: Inode) {
        inodes[path] = inode
        directories[directory].names.append((name, inode))
    }
}
