import CExt2fs
import SystemPackage

/// Blocks that lie beside each other.
struct BlockRange: Equatable {
    var first: blk64_t
    var count: Int

    /// The most that one extent describes (`EXT_INIT_MAX_LEN` of the kernel).
    static let maximum = 1 << 15

    /// The same blocks in as few ranges as possible.
    static func joined(_ ranges: [BlockRange]) -> [BlockRange] {
        var result: [BlockRange] = []
        for range in ranges {
            if let last = result.last, last.first + blk64_t(last.count) == range.first,
                last.count + range.count <= maximum
            {
                result[result.count - 1].count += range.count
            } else {
                result.append(range)
            }
        }
        return result
    }
}

extension Ext4Populator {
    var blockSize: Int { Int(handle.pointee.blocksize) }

    /// Takes blocks after those that were taken last: a small file's in one piece, those of others wherever there
    /// are some.
    func allocate(_ count: Int, for path: String) throws(Ext2fsError) -> [BlockRange] {
        var ranges: [BlockRange] = []
        var missing = count
        while missing > 0 {
            let wanted = blk64_t(min(missing, BlockRange.maximum))
            var first: blk64_t = 0
            var found: blk64_t = 0
            var code = errcode_t(EXT2_ET_BLOCK_ALLOC_FAIL)
            if count <= Self.unsplit {
                code = ext2fs_new_range(handle, EXT2_NEWRANGE_MIN_LENGTH, cursor, wanted, nil, &first, &found)
            }
            if code == errcode_t(EXT2_ET_BLOCK_ALLOC_FAIL) {
                code = ext2fs_new_range(handle, 0, cursor, wanted, nil, &first, &found)
            }
            try checked("make room for \(path) in \(filesystem.name)") { code }
            ext2fs_block_alloc_stats_range(handle, first, blk_t(found), 1)
            ranges.append(BlockRange(first: first, count: Int(found)))
            missing -= Int(found)
            cursor = first + found
        }
        return BlockRange.joined(ranges)
    }

    /// The number of blocks up to which a file is worth leaving a gap in front of it.
    private static let unsplit = 2048

    /// Makes blocks the content of an inode that has its size and no content; counts them.
    func map(
        _ ranges: [BlockRange], of number: ext2_ino_t, _ inode: inout ext2_inode_large, _ path: String
    ) throws(Ext2fsError) {
        let operation = "write the extents of \(path) of \(filesystem.name)"
        let code = inode.withShortForm { inode in
            var extents: ext2_extent_handle_t?
            var code = ext2fs_extent_open2(handle, number, inode, &extents)
            defer { ext2fs_extent_free(extents) }
            var logical: blk64_t = 0
            for range in ranges where code == 0 {
                code = ext2fs_iblk_add_blocks(handle, inode, blk64_t(range.count))
                guard code == 0 else { break }
                var extent = ext2fs_extent()
                extent.e_pblk = range.first
                extent.e_lblk = logical
                extent.e_len = UInt32(range.count)
                code = ext2fs_extent_insert(extents, EXT2_EXTENT_INSERT_AFTER, &extent)
                logical += blk64_t(range.count)
            }
            return code
        }
        try checked(operation) { code }
    }

    /// Puts content into blocks that have room for it, straight into the file; the rest of the last block is zero.
    func copy(_ content: ContentSource, to ranges: [BlockRange]) throws(Ext2fsError) {
        var position: Int64 = 0
        for range in ranges {
            var rest = range
            while rest.count > 0 {
                let hole = blocksWithoutData(content, at: position, limit: rest.count)
                let count = hole > 0 ? hole : min(buffer.count / blockSize, rest.count)
                if hole > 0 {
                    try clear(BlockRange(first: rest.first, count: hole))
                } else {
                    try copy(content, at: position, to: BlockRange(first: rest.first, count: count))
                }
                rest = BlockRange(first: rest.first + blk64_t(count), count: rest.count - count)
                position += Int64(count * blockSize)
            }
        }
    }

    private func copy(
        _ content: ContentSource, at position: Int64, to range: BlockRange
    ) throws(Ext2fsError) {
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(range.count * blockSize)])
        try content.read(at: position, into: part)
        let place = offset + Int64(range.first) * Int64(blockSize)
        try reporting("write to \(filesystem.name)") {
            _ = try image.writeAll(toAbsoluteOffset: place, UnsafeRawBufferPointer(part))
        }
    }

    /// Makes blocks zero, in a way that takes no room where there is one.
    private func clear(_ range: BlockRange) throws(Ext2fsError) {
        let channel = handle.pointee.io
        if let flags = channel?.pointee.flags, flags & CHANNEL_FLAGS_DISCARD_ZEROES != 0,
            io_channel_discard(channel, range.first, UInt64(range.count)) == 0
        {
            return
        }
        try checked("clear blocks of \(filesystem.name)") {
            ext2fs_zero_blocks2(handle, range.first, Int32(range.count), nil, nil)
        }
    }

    /// How many blocks from `position` on are in a hole; asked only where there is enough to save.
    private func blocksWithoutData(_ content: ContentSource, at position: Int64, limit: Int) -> Int {
        guard content.size - position > buffer.count else { return 0 }
        return min(limit, Int(content.data(after: position) - position) / blockSize)
    }
}
