import Lzma
import Zlib
import Zstd

/// What one thread compresses the blocks of one format with.
enum BlockCompressor {
    case deflate(DeflateBlockCompressor)
    case zstd(ZstdCompressor)
    case xz(XZBlockCompressor)

    init(_ format: CompressionFormat) throws {
        switch format.compressor {
        case .gzip, .zip: self = .deflate(try DeflateBlockCompressor(level: format.level))
        case .zstd: self = .zstd(try ZstdCompressor(level: format.level, checksum: true))
        case .xz: self = .xz(XZBlockCompressor(preset: UInt32(format.level)))
        }
    }

    /// The block compressed.
    ///
    /// - Parameter before: bytes of the content right before it.
    func compress(_ content: [UInt8], before: [UInt8], isLast: Bool) throws -> CompressedBlock {
        try content.withUnsafeBytes { content in
            switch self {
            case .deflate(let compressor):
                try before.withUnsafeBytes { before in
                    .deflate(
                        try compressor.compress(content, dictionary: before, isLast: isLast),
                        checksum: GzipFrame.checksum(content), size: content.count)
                }
            case .zstd(let compressor): .zstd(try compressor.frame(content))
            case .xz(let compressor): .xz(try compressor.compress(content))
            }
        }
    }
}

/// A block on its way into its file.
enum CompressedBlock: Sendable {
    case deflate([UInt8], checksum: UInt, size: Int)
    case zstd([UInt8])
    case xz(XZBlockCompressor.Block)

    var bytes: [UInt8] {
        switch self {
        case .deflate(let bytes, _, _), .zstd(let bytes): bytes
        case .xz(let block): block.bytes
        }
    }
}
