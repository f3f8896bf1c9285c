import CZlib

/// A gzip stream (RFC 1952) that grows while it is written.
///
/// The header holds no time, no name and "unknown" as operating system, so equal input gives equal bytes wherever the
/// same zlib runs.
public final class GzipCompressor {
    /// Takes compressed bytes; the buffer is valid during the call only.
    public typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    /// The version of the zlib that is running, such as `1.2.13`: other versions may compress to other bytes.
    public static var libraryVersion: String { String(cString: zlibVersion()) }

    // zlib keeps pointers to both, so they must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private let header: UnsafeMutablePointer<gz_header>
    private let buffer: UnsafeMutableRawBufferPointer

    /// Starts a stream.
    ///
    /// - Parameter level: 1 (fast) to 9 (small); 6 is zlib's own default.
    public init(level: Int32 = 6) throws(ZlibError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        header = .allocate(capacity: 1)
        header.initialize(to: gz_header())
        header.pointee.os = 255
        buffer = .allocate(byteCount: 128 << 10, alignment: 16)
        let gzipWindow = MAX_WBITS + 16
        var code = deflateInit2_(
            stream, level, Z_DEFLATED, gzipWindow, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        if code == Z_OK { code = deflateSetHeader(stream, header) }
        guard code == Z_OK else {
            throw ZlibError("start a gzip stream with level \(level)", code: code, stream: stream)
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
        header.deallocate()
        buffer.deallocate()
    }

    /// Adds bytes; what is compressed so far goes to `sink`.
    ///
    /// - Throws: ``ZlibError``, or what `sink` throws.
    public func write(_ bytes: UnsafeRawBufferPointer, to sink: Sink) throws {
        var rest = bytes[...]
        // avail_in has 32 bits.
        while !rest.isEmpty {
            let piece = rest.prefix(1 << 30)
            try deflate(UnsafeRawBufferPointer(rebasing: piece), flush: Z_NO_FLUSH, to: sink)
            rest = rest.dropFirst(piece.count)
        }
    }

    /// Ends the stream; the last bytes go to `sink`. Nothing may be written afterwards.
    ///
    /// - Throws: ``ZlibError``, or what `sink` throws.
    public func finish(to sink: Sink) throws {
        try deflate(UnsafeRawBufferPointer(start: nil, count: 0), flush: Z_FINISH, to: sink)
    }

    private func deflate(_ bytes: UnsafeRawBufferPointer, flush: Int32, to sink: Sink) throws {
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(bytes.count)
        while true {
            stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(buffer.count)
            let code = CZlib.deflate(stream, flush)
            guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
                throw ZlibError("compress", code: code, stream: stream)
            }
            let produced = buffer.count - Int(stream.pointee.avail_out)
            if produced > 0 { try sink(UnsafeRawBufferPointer(rebasing: buffer[..<produced])) }
            if code == Z_STREAM_END || (flush == Z_NO_FLUSH && stream.pointee.avail_out > 0) { return }
        }
    }
}
