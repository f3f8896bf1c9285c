import Glibc

/// A reference to a blob (OCI image-spec 1.1, descriptor.md).
struct OCIDescriptor: Codable, Sendable, Equatable {
    var mediaType: String
    /// `sha256:` and 64 hex digits.
    var digest: String
    /// Bytes.
    var size: Int64
    /// What machines an image of an index is for.
    var platform: OCIPlatform?
    var annotations: [String: String]?
}

/// The machines that an image runs on (image-spec, image-index.md).
struct OCIPlatform: Codable, Sendable, Equatable {
    var architecture: String
    var os: String
    var variant: String?
}

/// The media types that are written or read (OCI image-spec 1.1, media-types.md).
enum OCIMediaType {
    static let manifest = "application/vnd.oci.image.manifest.v1+json"
    /// The configuration of an artifact, which has none.
    static let empty = "application/vnd.oci.empty.v1+json"
    static let configuration = "application/vnd.oci.image.config.v1+json"
    static let gzipLayer = "application/vnd.oci.image.layer.v1.tar+gzip"
    static let zstdLayer = "application/vnd.oci.image.layer.v1.tar+zstd"
    static let plainLayer = "application/vnd.oci.image.layer.v1.tar"
    static let index = "application/vnd.oci.image.index.v1+json"
    /// Docker's own types, which mean the same (distribution, manifest v2 schema 2).
    static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    static let dockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json"
    static let dockerLayer = "application/vnd.docker.image.rootfs.diff.tar.gzip"
}

/// The processor's name in OCI (Go's `GOARCH`).
public enum OCIArchitecture {
    /// This machine's.
    public static var current: String {
        var information = utsname()
        guard uname(&information) == 0 else { return "amd64" }
        return withUnsafeBytes(of: &information.machine) {
            name(basearch: String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self))
        }
    }

    /// Translates RPM's name (`x86_64`, `aarch64`); names that are the same in both, and OCI's own, stay.
    public static func name(basearch: String) -> String {
        switch basearch {
        case "x86_64": "amd64"
        case "aarch64": "arm64"
        default: basearch
        }
    }
}
