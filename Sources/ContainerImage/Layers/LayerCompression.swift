import Zlib
import Zstd

/// How layers are compressed.
public struct LayerCompression: Sendable, Equatable {
    /// The formats that container tools read.
    public enum Compressor: String, Sendable, Codable, CaseIterable {
        /// RFC 1952; every tool reads it.
        case gzip
        /// RFC 8878; smaller and several times faster to unpack, for tools since about 2020.
        case zstd
    }

    /// The format.
    public let compressor: Compressor
    /// The effort, in the compressor's own numbers.
    public let level: Int32

    /// - Parameter level: nil for the compressor's own default: 6 for gzip, 3 for zstd.
    /// - Throws: ``ContainerImageError/badCompressionLevel(_:_:allowed:)``.
    public init(_ compressor: Compressor, level: Int? = nil) throws(ContainerImageError) {
        let allowed = Self.levels(compressor)
        guard let level = level.map({ Int32(clamping: $0) }) ?? Self.defaultLevels[compressor],
            allowed.contains(level)
        else { throw .badCompressionLevel(compressor.rawValue, level ?? 0, allowed: allowed) }
        self.init(compressor: compressor, level: level)
    }

    private init(compressor: Compressor, level: Int32) {
        self.compressor = compressor
        self.level = level
    }

    /// gzip at its default level.
    public static let gzip = LayerCompression(compressor: .gzip, level: 6)

    private static let defaultLevels: [Compressor: Int32] = [.gzip: 6, .zstd: 3]

    /// The levels of a compressor.
    public static func levels(_ compressor: Compressor) -> ClosedRange<Int32> {
        switch compressor {
        case .gzip: DeflateBlockCompressor.levels
        case .zstd: ZstdCompressor.levels
        }
    }

    /// The layer's media type (OCI image-spec 1.1, media-types.md).
    var mediaType: String {
        switch compressor {
        case .gzip: OCIMediaType.gzipLayer
        case .zstd: OCIMediaType.zstdLayer
        }
    }

    /// The ending of a file's name.
    var suffix: String {
        switch compressor {
        case .gzip: "gz"
        case .zstd: "zst"
        }
    }

    /// Bytes that are compressed as one. Part of the result: it must not depend on the machine.
    ///
    /// A gzip block can look back into the one before it, a zstd frame cannot and has to be larger for that.
    var blockSize: Int {
        switch compressor {
        case .gzip: 256 << 10
        case .zstd: 2 << 20
        }
    }

    /// Names what decides the compressed bytes of given content.
    public var identity: String {
        let library =
            switch compressor {
            case .gzip: "zlib-\(GzipCompressor.libraryVersion)"
            case .zstd: "zstd-\(ZstdCompressor.libraryVersion)"
            }
        return "\(compressor.rawValue)-\(level) blocks-\(blockSize) \(library)"
    }
}
