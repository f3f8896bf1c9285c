import CZstd

/// Compresses blocks, each to a zstd frame of its own (RFC 8878). Frames in a row are a stream that every reader takes.
///
/// Equal blocks give equal bytes wherever the same libzstd runs, whatever was compressed before. One compressor serves
/// one thread at a time.
public final class ZstdCompressor {
    /// The levels of the zstd tool without `--ultra`; 3 is zstd's own default.
    public static let levels: ClosedRange<Int32> = 1...19

    /// The version of the libzstd that is running, such as `1.5.4`: other versions may compress to other bytes.
    public static var libraryVersion: String { String(cString: ZSTD_versionString()) }

    private let context: OpaquePointer

    /// Makes a compressor.
    ///
    /// - Parameters:
    ///   - level: one of ``levels``.
    ///   - checksum: whether each frame ends with the checksum of its content; for content that nothing else checks.
    public init(level: Int32, checksum: Bool = false) throws(ZstdError) {
        guard let context = ZSTD_createCCtx() else { throw ZstdError("start zstd", "out of memory") }
        self.context = context
        let operation = "start zstd with level \(level)"
        _ = try ZstdError.check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level), operation)
        _ = try ZstdError.check(
            ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, checksum ? 1 : 0), operation)
    }

    deinit { ZSTD_freeCCtx(context) }

    /// A frame with the block's bytes.
    public func frame(_ block: UnsafeRawBufferPointer) throws(ZstdError) -> [UInt8] {
        let capacity = ZSTD_compressBound(block.count)
        var failure: ZstdError?
        let frame = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            do throws(ZstdError) {
                count = try ZstdError.check(
                    ZSTD_compress2(context, buffer.baseAddress, capacity, block.baseAddress, block.count),
                    "compress \(block.count) bytes")
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return frame
    }
}
