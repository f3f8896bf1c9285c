import Lzma

/// A compressor with its level: all that the bytes depend on besides the content and the libraries.
public struct CompressionFormat: Sendable, Hashable {
    /// The format.
    public let compressor: Compressor
    /// The effort, in the compressor's own numbers.
    public let level: Int32

    /// Bytes that are compressed as one. Part of the result: it must not depend on the machine.
    let blockSize: Int

    init(_ compressor: Compressor, level: Int32, blockSize: Int) {
        self.compressor = compressor
        self.level = level
        self.blockSize = blockSize
    }

    /// The format at the level that releases are compressed with: coreos-assembler's (xz 9, gzip 6, zstd 10, zip 9).
    ///
    /// xz blocks are what `xz -9` takes with several threads, three dictionaries. zstd frames are eight windows of level 10
    /// long, so that they lose nothing that counts by not seeing each other. Deflate blocks see the 32 KiB before them.
    public init(_ compressor: Compressor) {
        switch compressor {
        case .xz: self.init(compressor, level: 9, blockSize: 192 << 20)
        case .gzip: self.init(compressor, level: 6, blockSize: 1 << 20)
        case .zip: self.init(compressor, level: 9, blockSize: 1 << 20)
        case .zstd: self.init(compressor, level: 10, blockSize: 32 << 20)
        }
    }

    /// `gzip -1`: for a developer who waits.
    public static let fast = CompressionFormat(.gzip, level: 1, blockSize: 1 << 20)

    /// The bytes of memory that one thread takes at most: what its compressor allocates, its block, a result that it is
    /// writing and one that waits for its turn.
    var memoryPerThread: UInt64 {
        let compressor: UInt64 =
            switch compressor {
            case .xz: XZBlockCompressor.memory(preset: UInt32(level))
            // Level 10: 2^23 and 2^22 entries of 4 bytes, and the tags of the rows.
            case .zstd: 64 << 20
            case .gzip, .zip: 1 << 20
            }
        return compressor + 3 * UInt64(blockSize)
    }
}
