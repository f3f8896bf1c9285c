import CLzma

/// The checksum of an .xz stream's blocks (The .xz File Format 1.1.0, section 2.1.1.2).
public enum XZCheck: Sendable {
    /// The only one that Linux's own decompressor knows.
    case crc32
    /// What the xz tool writes.
    case crc64

    var code: lzma_check {
        switch self {
        case .crc32: LZMA_CHECK_CRC32
        case .crc64: LZMA_CHECK_CRC64
        }
    }
}
