import CExt2fs

/// A failure reported by libext2fs, with the operation that was tried.
public struct Ext2fsError: Error, Sendable, CustomStringConvertible {
    /// What was being done, in words that fit after "cannot".
    public let operation: String
    /// The library's error code (`errcode_t`): an errno or a code of the ext2 error table.
    public let code: Int

    /// Whether the filesystem has too few blocks or inodes left.
    public var isOutOfSpace: Bool {
        [Int(EXT2_ET_BLOCK_ALLOC_FAIL), Int(EXT2_ET_INODE_ALLOC_FAIL)].contains(code)
    }

    /// `cannot <operation>: <the library's message>`
    public var description: String {
        "cannot \(operation): " + (error_message(errcode_t(code)).map { String(cString: $0) } ?? "error \(code)")
    }
}

/// Runs a call that answers with an `errcode_t`; anything but 0 becomes an ``Ext2fsError``.
func checked(_ operation: @autoclosure () -> String, _ call: () -> errcode_t) throws(Ext2fsError) {
    let code = call()
    guard code == 0 else { throw Ext2fsError(operation: operation(), code: Int(code)) }
}
