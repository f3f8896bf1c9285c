import CExt2fs

extension Ext4Populator {
    /// Takes the first free inode.
    func newInode(_ path: String, isDirectory: Bool = false) throws(Ext2fsError) -> ext2_ino_t {
        var number: ext2_ino_t = 0
        try checked("make \(path) in \(filesystem.name)") { ext2fs_new_inode(handle, 0, 0, nil, &number) }
        ext2fs_inode_alloc_stats2(handle, number, 1, isDirectory ? 1 : 0)
        return number
    }

    /// Writes an inode that is complete but for its extended attributes, and those.
    func write(
        _ inode: ext2_inode_large, _ number: ext2_ino_t, _ attributes: Ext4Attributes, _ path: String
    ) throws(Ext2fsError) {
        var inode = inode
        let size = Int32(MemoryLayout<ext2_inode_large>.size)
        try checked("write \(path) of \(filesystem.name)") {
            inode.withShortForm { ext2fs_write_inode_full(handle, number, $0, size) }
        }
        if attributes.extendedAttributes.isEmpty { return }
        var list: OpaquePointer?
        try checked("write the attributes of \(path) of \(filesystem.name)") {
            ext2fs_xattrs_open(handle, number, &list)
        }
        defer { ext2fs_xattrs_close(&list) }
        for (name, value) in attributes.extendedAttributes.sorted(by: { $0.key < $1.key }) {
            let operation = "write the attribute \(name) of \(path) of \(filesystem.name)"
            // The library stores any other in a way that the kernel does not look at.
            guard ["security.", "system.", "trusted.", "user."].contains(where: name.hasPrefix) else {
                throw Ext2fsError(operation: operation, code: Int(EOPNOTSUPP))
            }
            try checked(operation) { ext2fs_xattr_set(list, name, value, value.count) }
        }
    }

    /// Writes a directory's blocks and inode.
    func write(_ directory: Directory) throws(Ext2fsError) {
        // What mke2fs made is right as long as nobody asked for anything else.
        if directory.isPresent, directory.attributes == nil, directory.names.isEmpty { return }
        let path = directory.path
        let checksums = handle.pointee.super.pointee.s_feature_ro_compat & UInt32(EXT4_FEATURE_RO_COMPAT_METADATA_CSUM)
        var blocks = DirectoryBlocks(
            blockSize: blockSize, hasChecksums: checksums != 0, number: directory.number, parent: directory.parent)
        for (name, inode) in directory.names { blocks.append(name, inode.number, type: inode.type) }

        var inode = ext2_inode_large()
        var ranges = directory.isPresent ? try presentBlocks(of: directory, &inode) : []
        blocks.finish(atLeast: ranges.map(\.count).reduce(0, +))
        let count = blocks.bytes.count / blockSize
        ranges += try allocate(count - ranges.map(\.count).reduce(0, +), for: path)

        let links = 2 + directory.names.count { $0.inode.directory != nil }
        // `dir_nlink`: 1 says that there are more than the field can count.
        inode.i_links_count = links > EXT2_LINK_MAX ? 1 : UInt16(links)
        inode.size = Int64(blocks.bytes.count)
        let attributes =
            directory.attributes ?? Ext4Attributes(permissions: inode.i_mode & 0o7777, modificationTime: timestamp)
        inode.set(attributes, type: LINUX_S_IFDIR, timestamp: timestamp)
        var bytes = blocks.bytes
        for (index, block) in ranges.flatMap({ $0.first..<$0.first + blk64_t($0.count) }).enumerated() {
            try checked("write \(path) of \(filesystem.name)") {
                bytes.withUnsafeMutableBytes {
                    ext2fs_write_dir_block4(
                        handle, block, $0.baseAddress?.advanced(by: index * blockSize), 0, directory.number)
                }
            }
        }
        try map(ranges, of: directory.number, &inode, path)
        try write(inode, directory.number, attributes, path)
    }

    /// The blocks of a directory that mke2fs made, and its inode without them.
    private func presentBlocks(
        of directory: Directory, _ inode: inout ext2_inode_large
    ) throws(Ext2fsError) -> [BlockRange] {
        let size = Int32(MemoryLayout<ext2_inode_large>.size)
        try checked("read \(directory.path) of \(filesystem.name)") {
            inode.withShortForm { ext2fs_read_inode_full(handle, directory.number, $0, size) }
        }
        var ranges: [BlockRange] = []
        for index in 0..<blk64_t(inode.size) / blk64_t(blockSize) {
            var block: blk64_t = 0
            try checked("find the blocks of \(directory.path) of \(filesystem.name)") {
                ext2fs_bmap2(handle, directory.number, nil, nil, 0, index, nil, &block)
            }
            ranges.append(BlockRange(first: block, count: 1))
        }
        let mode = inode.i_mode
        inode = ext2_inode_large()
        inode.i_mode = mode
        return BlockRange.joined(ranges)
    }
}
