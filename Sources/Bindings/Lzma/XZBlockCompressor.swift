import CLzma

/// Compresses the blocks of one .xz stream independently of each other, so that several threads can.
///
/// Equal blocks give equal bytes wherever the same liblzma runs. ``XZFrame`` has what stands around them.
public struct XZBlockCompressor: Sendable {
    /// One compressed block.
    public struct Block: Sendable {
        /// Its header, its content and its checksum, padded.
        public let bytes: [UInt8]
        /// Its size without the padding, as the stream's index has it.
        public let unpaddedSize: UInt64
        /// The size of its content.
        public let contentSize: UInt64
    }

    /// The presets of the xz tool; 6 is its default.
    public static let presets: ClosedRange<UInt32> = 0...9

    /// The version of the liblzma that is running, such as `5.4.1`: other versions may compress to other bytes.
    public static var libraryVersion: String { String(cString: lzma_version_string()) }

    /// The memory, in bytes, that compressing one block takes besides the block itself and its result.
    public static func memory(preset: UInt32) -> UInt64 { lzma_easy_encoder_memusage(preset) }

    private let preset: UInt32
    private let check: XZCheck

    /// Makes a compressor.
    ///
    /// - Parameter preset: one of ``presets``.
    public init(preset: UInt32, check: XZCheck = .crc64) { (self.preset, self.check) = (preset, check) }

    /// The block's part of the stream.
    public func compress(_ content: UnsafeRawBufferPointer) throws(XZError) -> Block {
        var options = lzma_options_lzma()
        guard lzma_lzma_preset(&options, preset) == 0 else {
            throw XZError("start xz with preset \(preset)", "there is no such preset")
        }
        var block = lzma_block()
        block.version = 0
        block.check = check.code
        let capacity = lzma_block_buffer_bound(content.count)
        var code = LZMA_OK
        let bytes = withUnsafeMutablePointer(to: &options) { options in
            var filters = [
                lzma_filter(id: cosa_lzma_filter_lzma2, options: UnsafeMutableRawPointer(options)),
                lzma_filter(id: cosa_lzma_end_of_filters, options: nil),
            ]
            return filters.withUnsafeMutableBufferPointer { filters in
                block.filters = filters.baseAddress
                defer { block.filters = nil }
                return [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                    code = lzma_block_buffer_encode(
                        &block, nil, content.assumingMemoryBound(to: UInt8.self).baseAddress, content.count,
                        buffer.baseAddress, &count, capacity)
                }
            }
        }
        try XZError.check(code, "compress \(content.count) bytes")
        return Block(
            bytes: bytes, unpaddedSize: lzma_block_unpadded_size(&block), contentSize: UInt64(content.count))
    }
}
