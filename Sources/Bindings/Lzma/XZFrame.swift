import CLzma

/// What stands around the blocks of an .xz stream (The .xz File Format 1.1.0): a header before, an index and a footer
/// after them.
public struct XZFrame: Sendable {
    private let check: XZCheck
    private var blocks: [(unpadded: UInt64, content: UInt64)] = []

    /// The frame of a stream without blocks.
    ///
    /// - Parameter check: the same as the blocks'.
    public init(check: XZCheck = .crc64) { self.check = check }

    /// The bytes before the first block.
    public func header() throws(XZError) -> [UInt8] {
        var flags = lzma_stream_flags()
        flags.version = 0
        flags.check = check.code
        var bytes = [UInt8](repeating: 0, count: Int(LZMA_STREAM_HEADER_SIZE))
        try XZError.check(lzma_stream_header_encode(&flags, &bytes), "write the header of an xz stream")
        return bytes
    }

    /// Counts a block.
    public mutating func add(_ block: XZBlockCompressor.Block) {
        blocks.append((block.unpaddedSize, block.contentSize))
    }

    /// The bytes after the last block.
    public func trailer() throws(XZError) -> [UInt8] {
        guard let index = lzma_index_init(nil) else {
            throw XZError("write the index of an xz stream", "out of memory")
        }
        defer { lzma_index_end(index, nil) }
        for block in blocks {
            try XZError.check(
                lzma_index_append(index, nil, block.unpadded, block.content), "write the index of an xz stream")
        }
        let size = lzma_index_size(index)
        var bytes = [UInt8](repeating: 0, count: Int(size) + Int(LZMA_STREAM_HEADER_SIZE))
        var position = 0
        let code = lzma_index_buffer_encode(index, &bytes, &position, Int(size))
        try XZError.check(code, "write the index of an xz stream")
        var flags = lzma_stream_flags()
        flags.version = 0
        flags.check = check.code
        flags.backward_size = size
        let footer = bytes.withUnsafeMutableBufferPointer { buffer in
            lzma_stream_footer_encode(&flags, buffer.baseAddress?.advanced(by: Int(size)))
        }
        try XZError.check(footer, "write the footer of an xz stream")
        return bytes
    }
}
