/// A commit that was imported from an image.
public struct ImportedCommit: Sendable, Equatable {
    /// The commit's checksum.
    public let checksum: String
    /// The commit's version, where it has one.
    public let version: String?
    /// The digest of the image's manifest: `sha256:` and 64 hex digits.
    public let manifestDigest: String
    /// The image's labels.
    public let labels: [String: String]
    /// The OSTree commit that the image's first layers hold; nil for an image of ordinary layers only.
    public let baseCommit: String?
    /// The digests of the layers that were read; the others were in the repository.
    public let readLayers: [String]
    /// Directories at the top that were left out with what layers have in them, such as `opt`: a booted system would not
    /// show them (``ImportOptions/OtherPaths``).
    public let droppedPaths: [String]
}
