import Lzma
import Zlib

/// What stands before and after the blocks of a compressed file.
enum FileFrame: Sendable {
    case gzip(GzipFrame, level: Int32)
    case zip(ZipFrame)
    case zstd
    case xz(XZFrame)

    /// The frame of a file of this format.
    ///
    /// - Parameter name: the content's name, for the formats that have one.
    init(_ format: CompressionFormat, name: String) {
        switch format.compressor {
        case .gzip: self = .gzip(GzipFrame(), level: format.level)
        case .zip: self = .zip(ZipFrame(name: name))
        case .zstd: self = .zstd
        case .xz: self = .xz(XZFrame())
        }
    }

    /// The bytes before the first block.
    func header() throws -> [UInt8] {
        switch self {
        case .gzip(_, let level): GzipFrame.header(level: level)
        case .zip(let frame): frame.header
        case .zstd: []
        case .xz(let frame): try frame.header()
        }
    }

    /// Counts a block.
    mutating func add(_ block: CompressedBlock) {
        switch (self, block) {
        case (.gzip(var frame, let level), .deflate(_, let checksum, let size)):
            frame.add(checksum: checksum, size: size)
            self = .gzip(frame, level: level)
        case (.zip(var frame), .deflate(let bytes, let checksum, let size)):
            frame.add(checksum: checksum, size: size, compressedSize: bytes.count)
            self = .zip(frame)
        case (.xz(var frame), .xz(let block)):
            frame.add(block)
            self = .xz(frame)
        default: break
        }
    }

    /// The bytes after the last block.
    func trailer() throws -> [UInt8] {
        switch self {
        case .gzip(let frame, _): frame.trailer
        case .zip(let frame): frame.trailer
        case .zstd: []
        case .xz(let frame): try frame.trailer()
        }
    }
}
