/// A reference to a blob (OCI image-spec 1.1, descriptor.md).
struct OCIDescriptor: Codable, Sendable, Equatable {
    var mediaType: String
    /// `sha256:` and 64 hex digits.
    var digest: String
    /// Bytes.
    var size: Int64
    var annotations: [String: String]?
}

/// The media types that are written (OCI image-spec 1.1, media-types.md).
enum OCIMediaType {
    static let manifest = "application/vnd.oci.image.manifest.v1+json"
    static let configuration = "application/vnd.oci.image.config.v1+json"
    static let gzipLayer = "application/vnd.oci.image.layer.v1.tar+gzip"
    static let plainLayer = "application/vnd.oci.image.layer.v1.tar"
}

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

/// An image configuration (image-spec, config.md), as far as it is written or read here.
struct OCIConfiguration: Codable, Sendable {
    struct Execution: Codable, Sendable {
        var labels: [String: String]?
        var command: [String]?

        enum CodingKeys: String, CodingKey {
            case labels = "Labels"
            case command = "Cmd"
        }
    }

    struct RootFilesystem: Codable, Sendable {
        var type = "layers"
        var diffIDs: [String]

        enum CodingKeys: String, CodingKey {
            case type
            case diffIDs = "diff_ids"
        }
    }

    struct History: Codable, Sendable {
        var created: String?
        var createdBy: String?

        enum CodingKeys: String, CodingKey {
            case created
            case createdBy = "created_by"
        }
    }

    var architecture: String
    var os: String
    var created: String?
    var config: Execution?
    var rootfs: RootFilesystem
    var history: [History]?
}

/// The processor's name in OCI (Go's `GOARCH`).
enum OCIArchitecture {
    /// Translates RPM's name (`x86_64`, `aarch64`); names that are the same in both, and OCI's own, stay.
    static func name(basearch: String) -> String {
        switch basearch {
        case "x86_64": "amd64"
        case "aarch64": "arm64"
        default: basearch
        }
    }
}
