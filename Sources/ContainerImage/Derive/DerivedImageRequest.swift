import LibArchive
import SystemPackage

/// An image that another one and one more layer make.
public struct DerivedImageRequest: Sendable {
    /// The image below.
    public var base: OCIImage
    /// All labels of the image; the base's are not added.
    public var labels: [String: String]
    /// What the image's history says of the layer.
    public var history: String
    /// The time of the image, in seconds since 1970.
    public var timestamp: Int64
    /// The OCI archive to write. It appears whole and read-only.
    public var output: FilePath
    /// A directory for what is removed again; made where it does not exist.
    public var workDirectory: FilePath
    /// How the layer is compressed.
    public var compression: LayerCompression
    /// Adds the layer's members.
    public var writeLayer: @Sendable (ArchiveWriter) throws -> Void

    /// Describes an image.
    public init(
        base: OCIImage, labels: [String: String], history: String, timestamp: Int64, output: FilePath,
        workDirectory: FilePath, compression: LayerCompression = .gzip,
        writeLayer: @escaping @Sendable (ArchiveWriter) throws -> Void
    ) {
        self.base = base
        self.labels = labels
        self.history = history
        self.timestamp = timestamp
        self.output = output
        self.workDirectory = workDirectory
        self.compression = compression
        self.writeLayer = writeLayer
    }
}

/// An image that was derived.
public struct DerivedImage: Sendable {
    /// The OCI archive.
    public let path: FilePath
    /// The archive's SHA-256, 64 hex digits.
    public let sha256: String
    /// The archive's size in bytes.
    public let size: Int64
    /// The digest that registries will know the image by: `sha256:` and 64 hex digits.
    public let manifestDigest: String
    /// The layer on top.
    public let layer: EncapsulatedLayer
}
