import CLzma

/// Reads the content of .xz streams in a row, on several threads where the stream has several blocks.
public final class XZDecompressor {
    /// Fills the buffer with compressed bytes and returns how many there are; 0 at the end.
    public typealias Source = (UnsafeMutableRawBufferPointer) throws -> Int

    // liblzma keeps pointers into it, so it must not move.
    private let stream: UnsafeMutablePointer<lzma_stream>
    private let input: UnsafeMutableRawBufferPointer
    private let source: Source
    private var action = LZMA_RUN
    private var isAtEnd = false

    /// Reads compressed bytes from `source` as they are needed.
    ///
    /// - Parameters:
    ///   - threads: how many may work.
    ///   - memory: bytes above which fewer threads work; a single one gets what it needs.
    public init(threads: Int, memory: UInt64, source: @escaping Source) throws(XZError) {
        self.source = source
        stream = .allocate(capacity: 1)
        stream.initialize(to: lzma_stream())
        input = .allocate(byteCount: 128 << 10, alignment: 16)
        var options = lzma_mt()
        options.flags = cosa_lzma_concatenated
        options.threads = UInt32(clamping: max(1, threads))
        options.memlimit_threading = max(1, memory)
        options.memlimit_stop = .max
        try XZError.check(lzma_stream_decoder_mt(stream, &options), "start reading an xz stream")
    }

    deinit {
        lzma_end(stream)
        stream.deallocate()
        input.deallocate()
    }

    /// Puts the next bytes of the content into `buffer` and returns how many there are; 0 at the end.
    ///
    /// - Throws: ``XZError`` where the stream is damaged or ends early, or what the source throws.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        if buffer.isEmpty { return 0 }
        stream.pointee.next_out = buffer.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.pointee.avail_out = buffer.count
        while !isAtEnd, stream.pointee.avail_out == buffer.count {
            if stream.pointee.avail_in == 0, action == LZMA_RUN {
                let count = try source(input)
                if count == 0 { action = LZMA_FINISH }
                stream.pointee.next_in = UnsafePointer(input.assumingMemoryBound(to: UInt8.self).baseAddress)
                stream.pointee.avail_in = count
            }
            let code = lzma_code(stream, action)
            if code == LZMA_STREAM_END {
                isAtEnd = true
            } else {
                try XZError.check(code, "decompress")
            }
        }
        return buffer.count - stream.pointee.avail_out
    }
}
