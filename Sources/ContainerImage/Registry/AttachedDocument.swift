import HostSystem
import SystemPackage

/// A document about an image that lies beside it in the registry.
public struct AttachedDocument: Sendable {
    /// Its media type (`application/spdx+json`).
    public var mediaType: String
    /// A file name for it.
    public var title: String
    /// Its bytes.
    public var bytes: [UInt8]

    /// Describes a document.
    public init(mediaType: String, title: String, bytes: [UInt8]) {
        self.mediaType = mediaType
        self.title = title
        self.bytes = bytes
    }
}

extension RegistryClient {
    /// The tag under which documents about an image are found by clients that know no referrers (cosign's convention:
    /// `sha256-<hex>.sbom`).
    static func billTag(of digest: String) -> String { digest.replacing(":", with: "-") + ".sbom" }

    /// Puts documents about an image into its repository, as an artifact whose subject it is (OCI image-spec 1.1,
    /// manifest.md, "Guidelines for Artifact Usage"). The same documents again change nothing.
    ///
    /// - Parameter reference: the image, by its digest.
    /// - Throws: ``RegistryError``, ``ContainerImageError``.
    public func attach(_ documents: [AttachedDocument], to reference: ImageReference) async throws {
        guard let digest = reference.digest, let first = documents.first else { return }
        let subject = try await manifest(of: reference.transport)
        let image = try OCILayoutWriter.mediaType(of: subject, named: reference)
        try await FolderGuard.withFolder { folder in
            let layout = try OCILayoutWriter(folder.appending("artifact"))
            let configuration = try layout.add(Array("{}".utf8), mediaType: OCIMediaType.empty)
            let layers = try documents.map { document in
                var descriptor = try layout.add(document.bytes, mediaType: document.mediaType)
                descriptor.annotations = ["org.opencontainers.image.title": document.title]
                return descriptor
            }
            var artifact = OCIManifest(config: configuration, layers: layers)
            artifact.artifactType = first.mediaType
            artifact.subject = OCIDescriptor(mediaType: image, digest: digest, size: Int64(subject.count))
            try layout.finish(
                try layout.add(OCIArchiveWriter.encode(artifact), mediaType: OCIMediaType.manifest))
            try await copy(
                "oci:\(layout.path)", to: reference.tagged(Self.billTag(of: digest)).transport, preserveDigests: true)
        }
    }
}
