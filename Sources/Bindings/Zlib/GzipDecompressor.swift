import CZlib

/// Reads the content of a gzip stream (RFC 1952, several members in a row included).
public final class GzipDecompressor {
    /// Fills the buffer with compressed bytes and returns how many there are; 0 at the end.
    public typealias Source = (UnsafeMutableRawBufferPointer) throws -> Int

    private let stream: UnsafeMutablePointer<z_stream>
    private let input: UnsafeMutableRawBufferPointer
    private let source: Source
    private var isInsideMember = false
    private var isAtEnd = false

    /// Reads compressed bytes from `source` as they are needed.
    public init(source: @escaping Source) throws(ZlibError) {
        self.source = source
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        input = .allocate(byteCount: 128 << 10, alignment: 16)
        let code = inflateInit2_(stream, MAX_WBITS + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else { throw ZlibError("start reading a gzip stream", code: code, stream: stream) }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    /// Puts the next bytes of the content into `buffer` and returns how many there are; 0 at the end.
    ///
    /// - Throws: ``ZlibError`` where the stream is damaged or ends early, or what the source throws.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        if buffer.isEmpty { return 0 }
        let room = min(buffer.count, 1 << 30)
        stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(room)
        while !isAtEnd, Int(stream.pointee.avail_out) == room {
            if stream.pointee.avail_in == 0 {
                let count = try source(input)
                if count == 0 {
                    guard !isInsideMember else {
                        throw ZlibError("decompress", "the gzip stream ends in the middle")
                    }
                    isAtEnd = true
                    break
                }
                stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_in = UInt32(count)
            }
            isInsideMember = true
            let code = inflate(stream, Z_NO_FLUSH)
            if code == Z_STREAM_END {
                isInsideMember = false
                inflateReset(stream)
            } else if code != Z_OK && code != Z_BUF_ERROR {
                throw ZlibError("decompress", code: code, stream: stream)
            }
        }
        return room - Int(stream.pointee.avail_out)
    }
}
