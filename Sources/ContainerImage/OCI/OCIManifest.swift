/// `index.json` (image-spec, image-index.md).
struct OCIIndex: Codable, Sendable {
    var schemaVersion = 2
    var mediaType: String? = "application/vnd.oci.image.index.v1+json"
    var manifests: [OCIDescriptor]
}

/// An image manifest (image-spec, manifest.md).
struct OCIManifest: Codable, Sendable {
    var schemaVersion = 2
    var mediaType: String? = OCIMediaType.manifest
    /// What an artifact that is no image holds.
    var artifactType: String?
    var config: OCIDescriptor
    var layers: [OCIDescriptor]
    /// The image that an artifact is about.
    var subject: OCIDescriptor?
    var annotations: [String: String]?
}
