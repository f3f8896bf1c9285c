import CExt2fs

/// A time as ext4 stores it: 32 bits of seconds, and the two bits above them in the low bits of the extra field.
struct InodeTime {
    let seconds: UInt32
    let extra: UInt32

    init(_ timestamp: Int64) {
        seconds = UInt32(truncatingIfNeeded: timestamp)
        // The low word counts as signed, so the epoch bits are what is left after taking it away.
        extra = UInt32(truncatingIfNeeded: (timestamp - Int64(Int32(truncatingIfNeeded: timestamp))) >> 32) & 3
    }
}

extension ext2_inode_large {
    /// The library takes the long form of an inode through a pointer to the short one.
    mutating func withShortForm<Result>(_ body: (UnsafeMutablePointer<ext2_inode>?) -> Result) -> Result {
        withUnsafeMutableBytes(of: &self) { body($0.baseAddress?.assumingMemoryBound(to: ext2_inode.self)) }
    }

    /// The size, of which the inode has two halves.
    var size: Int64 {
        get { Int64(i_size_high) << 32 | Int64(i_size) }
        set { (i_size, i_size_high) = (UInt32(truncatingIfNeeded: newValue), UInt32(newValue >> 32)) }
    }

    /// Takes over all that attributes say but the extended ones; every time but the modification's is `timestamp`.
    ///
    /// - Parameter type: the upper four bits of the mode.
    mutating func set(_ attributes: Ext4Attributes, type: Int32, timestamp: Int64) {
        i_mode = UInt16(type) | attributes.permissions & 0o7777
        i_uid = UInt16(truncatingIfNeeded: attributes.owner)
        osd2.linux2.l_i_uid_high = UInt16(attributes.owner >> 16)
        i_gid = UInt16(truncatingIfNeeded: attributes.group)
        osd2.linux2.l_i_gid_high = UInt16(attributes.group >> 16)
        if attributes.isImmutable { i_flags |= UInt32(EXT2_IMMUTABLE_FL) }
        i_extra_isize = UInt16(MemoryLayout<ext2_inode_large>.size - Int(EXT2_GOOD_OLD_INODE_SIZE))
        let (given, modified) = (InodeTime(timestamp), InodeTime(attributes.modificationTime))
        (i_mtime, i_mtime_extra) = (modified.seconds, modified.extra)
        (i_atime, i_atime_extra) = (given.seconds, given.extra)
        (i_ctime, i_ctime_extra) = (given.seconds, given.extra)
        (i_crtime, i_crtime_extra) = (given.seconds, given.extra)
    }
}
