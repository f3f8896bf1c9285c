import HostSystem
import SystemPackage

/// One file of a build, as `meta.json` lists it under `images`.
public struct Artifact: Sendable, Hashable, Codable {
    /// The file's name in the build directory.
    public var path: String
    /// SHA-256 of its content, 64 hex digits.
    public var sha256: String
    /// Its size in bytes; files written before sizes were recorded have none.
    public var size: Int64?
    /// True for a file that is used as it is, never compressed for upload.
    public var skipCompression: Bool?
    /// SHA-256 before compression.
    public var uncompressedSHA256: String?
    /// Size in bytes before compression.
    public var uncompressedSize: Int64?

    enum CodingKeys: String, CodingKey {
        case path, sha256, size
        case skipCompression = "skip-compression"
        case uncompressedSHA256 = "uncompressed-sha256"
        case uncompressedSize = "uncompressed-size"
    }

    /// An artifact of this content.
    public init(path: String, sha256: String, size: Int64?, skipCompression: Bool? = nil) {
        self.path = path
        self.sha256 = sha256
        self.size = size
        self.skipCompression = skipCompression
    }

    /// The artifact that an existing file is.
    ///
    /// - Parameter digest: the SHA-256 of its content where that is known; else the file is read.
    /// - Throws: ``BuildsError`` where the file cannot be read.
    public init(file: FilePath, digest: String? = nil, skipCompression: Bool? = nil) throws {
        do {
            let descriptor = try FileDescriptor.open(file, .readOnly)
            let size = try descriptor.closeAfter { try descriptor.seek(offset: 0, from: .end) }
            self.init(
                path: file.lastComponent?.string ?? file.string, sha256: try digest ?? Digest.ofFile(file), size: size,
                skipCompression: skipCompression)
        } catch let error as Errno {
            throw BuildsError("cannot read the artifact \(file): \(error)")
        }
    }

    /// The name of a file of a build: `<name>-<version>-<kind>.<arch>.<suffix>`. Other tools take it apart again.
    ///
    /// - Parameter kind: `ostree`, or the platform (`qemu`, `metal`, …).
    public static func fileName(name: String, version: String, kind: String, arch: String, suffix: String) -> String {
        "\(name)-\(version)-\(kind).\(arch)" + (suffix.isEmpty ? "" : ".\(suffix)")
    }

    /// The name of the OCI manifest beside the OCI archive: `<name>-<version>-ostree.<arch>-manifest.json`.
    public static func manifestFileName(name: String, version: String, arch: String) -> String {
        "\(name)-\(version)-ostree.\(arch)-manifest.json"
    }

    init?(_ object: JSONObject) {
        guard let path = object["path"]?.string, let sha256 = object["sha256"]?.string else { return nil }
        self.init(
            path: path, sha256: sha256, size: object["size"]?.integer, skipCompression: object["skip-compression"]?.bool
        )
        uncompressedSHA256 = object["uncompressed-sha256"]?.string
        uncompressedSize = object["uncompressed-size"]?.integer
    }

    /// Puts the artifact's values into `object`, whose other members stay.
    func update(_ object: inout JSONObject) {
        object["path"] = .string(path)
        object["sha256"] = .string(sha256)
        object["size"] = size.map(JSONValue.integer)
        object["skip-compression"] = skipCompression.map(JSONValue.bool)
        object["uncompressed-sha256"] = uncompressedSHA256.map(JSONValue.string)
        object["uncompressed-size"] = uncompressedSize.map(JSONValue.integer)
    }
}
