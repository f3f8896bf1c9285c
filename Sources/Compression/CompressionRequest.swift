import Foundation
import SystemPackage

/// A file that is to be compressed, and where to.
public struct CompressionRequest: Sendable, Hashable {
    /// The file; it stays.
    public let source: FilePath
    /// Where the compressed file is written; removed again where that fails.
    public let destination: FilePath
    /// What it is compressed to.
    public let format: CompressionFormat

    /// Asks for `source` in another format.
    public init(_ source: FilePath, to destination: FilePath, format: CompressionFormat) {
        self.source = source
        self.destination = destination
        self.format = format
    }
}

/// What became of a ``CompressionRequest``.
public struct CompressedFile: Sendable, Equatable {
    /// SHA-256 of the compressed file.
    public let digest: String
    /// The compressed file's size in bytes.
    public let size: Int64
    /// SHA-256 of what was compressed, as it was read.
    public let contentDigest: String
    /// The size in bytes of what was compressed.
    public let contentSize: Int64
}
