import CZstd

/// Reads the content of a zstd stream (RFC 8878, several frames in a row included; skippable ones are skipped).
public final class ZstdDecompressor {
    /// Fills the buffer with compressed bytes and returns how many there are; 0 at the end.
    public typealias Source = (UnsafeMutableRawBufferPointer) throws -> Int

    private let context: OpaquePointer
    private let buffer: UnsafeMutableRawBufferPointer
    private let source: Source
    private var input = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
    private var isInsideFrame = false

    /// Reads compressed bytes from `source` as they are needed.
    ///
    /// Frames that need more than zstd's default of 128 MiB for their window are refused.
    public init(source: @escaping Source) throws(ZstdError) {
        guard let context = ZSTD_createDCtx() else { throw ZstdError("start reading a zstd stream", "out of memory") }
        self.context = context
        self.source = source
        buffer = .allocate(byteCount: ZSTD_DStreamInSize(), alignment: 16)
    }

    deinit {
        ZSTD_freeDCtx(context)
        buffer.deallocate()
    }

    /// Puts the next bytes of the content into `output` and returns how many there are; 0 at the end.
    ///
    /// - Throws: ``ZstdError`` where the stream is damaged or ends early, or what the source throws.
    public func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
        if output.isEmpty { return 0 }
        var result = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        while result.pos == 0 {
            // What is held back inside comes out before more is asked for.
            if input.pos == input.size {
                let count = try source(buffer)
                input = ZSTD_inBuffer(src: buffer.baseAddress, size: count, pos: 0)
                if count == 0 {
                    guard isInsideFrame else { return 0 }
                    let held = try decompress(&result)
                    if held == 0 { isInsideFrame = false }
                    guard result.pos > 0 || held == 0 else {
                        throw ZstdError("decompress", "the zstd stream ends in the middle")
                    }
                    if result.pos == 0 { return 0 }
                    break
                }
            }
            isInsideFrame = try decompress(&result) != 0
        }
        return result.pos
    }

    private func decompress(_ output: inout ZSTD_outBuffer) throws(ZstdError) -> Int {
        try ZstdError.check(ZSTD_decompressStream(context, &output, &input), "decompress")
    }
}
