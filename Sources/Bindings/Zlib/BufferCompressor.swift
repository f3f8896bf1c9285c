import CZlib

/// Compresses buffers that stand alone, at zlib's default level.
///
/// Equal buffers give equal bytes wherever the same zlib runs.
public enum BufferCompressor {
    /// The stream around the deflated bytes.
    public enum Frame: Sendable {
        /// A zlib stream (RFC 1950), as zlib's own `compress()` makes it.
        case zlib
        /// Nothing around a deflate stream (RFC 1951) that looks back 4 KiB at most.
        case deflate4K
    }

    /// The compressed bytes.
    ///
    /// - Parameter bytes: less than 1 GiB.
    public static func compress(_ bytes: UnsafeRawBufferPointer, _ frame: Frame) throws(ZlibError) -> [UInt8] {
        var stream = z_stream()
        let windowBits =
            switch frame {
            case .zlib: MAX_WBITS
            case .deflate4K: Int32(-12)
            }
        var code = deflateInit2_(
            &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else { throw ZlibError("start a deflate stream", code: code, stream: &stream) }
        defer { deflateEnd(&stream) }
        let capacity = Int(deflateBound(&stream, UInt(bytes.count)))
        let result = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            stream.next_in = UnsafeMutablePointer(mutating: bytes.assumingMemoryBound(to: UInt8.self).baseAddress)
            stream.avail_in = UInt32(bytes.count)
            stream.next_out = buffer.baseAddress
            stream.avail_out = UInt32(capacity)
            code = deflate(&stream, Z_FINISH)
            count = capacity - Int(stream.avail_out)
        }
        guard code == Z_STREAM_END else { throw ZlibError("compress a buffer", code: code, stream: &stream) }
        return result
    }
}
