import Foundation
import HostSystem
import SystemPackage

/// Writes an image layout (image-spec, image-layout.md) as a folder, what skopeo calls `oci`.
struct OCILayoutWriter {
    /// The folder.
    let path: FilePath

    /// Makes an empty layout in a new folder.
    init(_ path: FilePath) throws {
        self.path = path
        try describing("make", path) { try FileContent.createDirectory(path.appending("blobs/sha256")) }
        let layout = Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)
        try describing("write", path) { try AtomicFile.write(layout, to: path.appending("oci-layout")) }
    }

    /// Adds a document as a blob.
    func add(_ bytes: [UInt8], mediaType: String) throws -> OCIDescriptor {
        let digest = Digest.of(bytes)
        let file = path.appending("blobs/sha256").appending(digest)
        try describing("write", file) { try AtomicFile.write(bytes, to: file) }
        return OCIDescriptor(mediaType: mediaType, digest: "sha256:\(digest)", size: Int64(bytes.count))
    }

    /// Makes a manifest or an index the layout's only one.
    func finish(_ manifest: OCIDescriptor) throws {
        let file = path.appending("index.json")
        let bytes = try OCIArchiveWriter.encode(OCIIndex(manifests: [manifest]))
        try describing("write", file) { try AtomicFile.write(bytes, to: file) }
    }

    /// What kind of document a manifest is; those of Docker's first forms do not say.
    static func mediaType(of manifest: [UInt8], named reference: ImageReference) throws -> String {
        struct Document: Decodable {
            let mediaType: String?
        }
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(manifest)) else {
            throw ContainerImageError.badReference("\(reference)", reason: "its manifest is no JSON object")
        }
        return document.mediaType ?? OCIMediaType.manifest
    }
}
