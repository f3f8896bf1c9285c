import CExt2fs

/// The blocks of a directory without an index, as ext4 stores them (`struct ext4_dir_entry_2`).
struct DirectoryBlocks {
    /// All blocks, one after the other; complete after ``finish(atLeast:)``.
    private(set) var bytes: [UInt8] = []
    private let blockSize: Int
    /// What is kept free at the end of each block for its checksum (`struct ext4_dir_entry_tail`).
    private let tailSize: Int
    /// The entry that the rest of its block belongs to.
    private var last = 0
    /// Where the next entry goes.
    private var position = 0

    /// The blocks of a directory in which there are only the two names that every directory has.
    init(blockSize: Int, hasChecksums: Bool, number: UInt32, parent: UInt32) {
        self.blockSize = blockSize
        tailSize = hasChecksums ? MemoryLayout<ext2_dir_entry_tail>.size : 0
        append(".", number, type: UInt8(EXT2_FT_DIR))
        append("..", parent, type: UInt8(EXT2_FT_DIR))
    }

    /// Adds a name of 1 to 255 bytes.
    mutating func append(_ name: String, _ number: UInt32, type: UInt8) {
        let length = 8 + (name.utf8.count + 3) / 4 * 4
        if bytes.isEmpty || position + length > bytes.count - tailSize { addBlock() }
        last = position
        set(number, at: position, bytes: 4)
        bytes[position + 6] = UInt8(name.utf8.count)
        bytes[position + 7] = type
        bytes.replaceSubrange(position + 8..<position + 8 + name.utf8.count, with: name.utf8)
        position += length
        set(UInt32(length), at: last + 4, bytes: 2)
    }

    /// Completes the last block, and adds empty ones where there are to be more.
    mutating func finish(atLeast count: Int = 1) {
        while bytes.count < count * blockSize { addBlock() }
        closeBlock()
    }

    private mutating func addBlock() {
        closeBlock()
        (last, position) = (bytes.count, bytes.count)
        bytes += [UInt8](repeating: 0, count: blockSize)
    }

    private mutating func closeBlock() {
        guard !bytes.isEmpty else { return }
        let end = bytes.count - tailSize
        set(UInt32(end - last), at: last + 4, bytes: 2)
        guard tailSize > 0 else { return }
        // It looks like an entry of no file, of this length and type.
        set(UInt32(tailSize), at: end + 4, bytes: 2)
        bytes[end + 7] = UInt8(EXT2_DIR_NAME_LEN_CSUM >> 8)
    }

    private mutating func set(_ value: UInt32, at offset: Int, bytes count: Int) {
        for index in 0..<count { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(index))) }
    }
}
