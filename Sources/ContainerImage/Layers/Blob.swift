import SystemPackage

/// A compressed layer in a file.
struct Blob: Sendable, Codable, Equatable {
    /// The digest of the compressed bytes, 64 hex digits.
    let digest: String
    /// The digest of the tar stream, 64 hex digits.
    let diffID: String
    /// The number of compressed bytes.
    let size: Int64
    /// The number of bytes of the tar stream.
    let uncompressedSize: Int64
    /// The media type of the compressed bytes.
    var mediaType = OCIMediaType.gzipLayer
}

/// A blob, where it is, and whether it was there before.
struct StoredBlob: Sendable {
    let blob: Blob
    let path: FilePath
    let isReused: Bool
}
