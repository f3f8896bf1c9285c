import SystemPackage

/// An image that was made.
public struct EncapsulatedImage: Sendable {
    /// The OCI archive.
    public let path: FilePath
    /// The archive's SHA-256, 64 hex digits.
    public let sha256: String
    /// The archive's size in bytes.
    public let size: Int64
    /// The digest that registries will know the image by: `sha256:` and 64 hex digits.
    public let manifestDigest: String
    /// The manifest (JSON), byte for byte as in the archive.
    public let manifest: [UInt8]
    /// The labels, which are the manifest's annotations too.
    public let labels: [String: String]
    /// The layers, the lowest first.
    public let layers: [EncapsulatedLayer]
}

/// A layer of an image that was made.
public struct EncapsulatedLayer: Sendable, Codable, Equatable {
    /// The digest of the compressed layer: `sha256:` and 64 hex digits.
    public let digest: String
    /// The digest of its tar stream: `sha256:` and 64 hex digits.
    public let diffID: String
    /// Compressed bytes.
    public let size: Int64
    /// Bytes of the tar stream.
    public let uncompressedSize: Int64
    /// The names of the components in it, sorted; none for the commit's own layer.
    public let components: [String]
    /// Whether its bytes were taken from the layer cache.
    public let isReused: Bool
}
