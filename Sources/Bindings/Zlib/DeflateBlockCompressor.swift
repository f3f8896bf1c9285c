import CZlib

/// Compresses the blocks of one deflate stream (RFC 1951) independently of each other, so that several threads can.
///
/// Each block takes what came before it as its dictionary and ends at a byte boundary, so that blocks in a row are one
/// stream (pigz works this way). Equal blocks and dictionaries give equal bytes wherever the same zlib runs, whatever was
/// compressed before. One compressor serves one thread at a time.
public final class DeflateBlockCompressor {
    /// zlib's levels that compress; 6 is its own default.
    public static let levels: ClosedRange<Int32> = 1...9
    /// The number of bytes before a block that help to compress it: deflate's window.
    public static let dictionarySize = 32 << 10

    // zlib keeps a pointer to it, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Makes a compressor.
    ///
    /// - Parameter level: one of ``levels``.
    public init(level: Int32) throws(ZlibError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = deflateInit2_(
            stream, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else {
            throw ZlibError("start a deflate stream with level \(level)", code: code, stream: stream)
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// The block's part of the stream.
    ///
    /// - Parameters:
    ///   - block: less than 1 GiB.
    ///   - dictionary: the last ``dictionarySize`` bytes before the block; fewer where there are no more.
    ///   - isLast: whether it ends the stream.
    public func compress(
        _ block: UnsafeRawBufferPointer, dictionary: UnsafeRawBufferPointer, isLast: Bool
    ) throws(ZlibError) -> [UInt8] {
        var code = deflateReset(stream)
        if code == Z_OK, !dictionary.isEmpty {
            code = deflateSetDictionary(
                stream, dictionary.assumingMemoryBound(to: UInt8.self).baseAddress, UInt32(dictionary.count))
        }
        guard code == Z_OK else { throw ZlibError("start a block", code: code, stream: stream) }
        // A sync flush may add an empty stored block to what the bound counts.
        let capacity = Int(deflateBound(stream, UInt(block.count))) + 16
        let result = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: block.assumingMemoryBound(to: UInt8.self).baseAddress)
            stream.pointee.avail_in = UInt32(block.count)
            stream.pointee.next_out = buffer.baseAddress
            stream.pointee.avail_out = UInt32(capacity)
            code = deflate(stream, isLast ? Z_FINISH : Z_SYNC_FLUSH)
            count = capacity - Int(stream.pointee.avail_out)
        }
        guard code == (isLast ? Z_STREAM_END : Z_OK), stream.pointee.avail_in == 0, stream.pointee.avail_out > 0 else {
            throw ZlibError("compress a block", code: code, stream: stream)
        }
        return result
    }
}
