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
    var config: OCIDescriptor
    var layers: [OCIDescriptor]
    var annotations: [String: String]?
}
