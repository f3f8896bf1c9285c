import HostSystem
import SystemPackage

/// One image of a layout: its documents, verified. Layers are read when they are needed.
public struct OCIImage: Sendable {
    /// Where its blobs are.
    public let layout: OCILayout
    /// The digest of its manifest: `sha256:` and 64 hex digits.
    public let manifestDigest: String
    /// The manifest (JSON), byte for byte.
    public let manifestBytes: [UInt8]
    /// The configuration (JSON), byte for byte.
    public let configurationBytes: [UInt8]
    let manifest: OCIManifest
    let configuration: OCIConfiguration

    /// The image's labels.
    public var labels: [String: String] { configuration.config?.labels ?? [:] }
    /// The processor that it is for, in OCI's words (`amd64`).
    public var architecture: String { configuration.architecture }
    /// What errors call it.
    var name: String { layout.name }

    /// Writes the image as an OCI archive of its own, with all its blobs as they are.
    ///
    /// - Parameter path: a new file.
    /// - Returns: the file's SHA-256, 64 hex digits, and its size in bytes.
    public func writeArchive(to path: FilePath) throws -> (sha256: String, size: Int64) {
        let blobs = manifest.layers.map { (String($0.digest.dropFirst("sha256:".count)), BlobSource.image(layout, $0)) }
        let index = OCIIndex(manifests: [
            OCIDescriptor(
                mediaType: manifest.mediaType ?? OCIMediaType.manifest, digest: manifestDigest,
                size: Int64(manifestBytes.count))
        ])
        return try OCIArchiveWriter(
            blobs: Dictionary(blobs) { first, _ in first }, configuration: configurationBytes, manifest: manifestBytes,
            index: OCIArchiveWriter.encode(index)
        ).write(to: path)
    }

    /// When it was made, in seconds since 1970: the annotation or else what the configuration says; nil where neither does.
    public var created: Int64? {
        let text = manifest.annotations?["org.opencontainers.image.created"] ?? configuration.created
        return text.flatMap(ImageTime.seconds)
    }
}

extension OCILayout {
    /// The layout's image.
    ///
    /// - Parameters:
    ///   - tag: the name that the index gives it; nil where there is only one.
    ///   - architecture: the processor that the image must be for, in RPM's or OCI's words; nil for any.
    /// - Throws: ``ContainerImageError`` where there is none, where there are several, where it is for another processor,
    ///   or where a document is damaged.
    public func image(tag: String? = nil, architecture: String? = nil) throws -> OCIImage {
        let wanted = architecture.map(OCIArchitecture.name)
        let descriptor = try select(index().manifests, tag: tag, architecture: wanted)
        let manifestBytes = try verifiedDocument(descriptor)
        let manifest = try decode(OCIManifest.self, named: descriptor.digest, manifestBytes)
        let configurationBytes = try verifiedDocument(manifest.config)
        let configuration = try decode(OCIConfiguration.self, named: manifest.config.digest, configurationBytes)
        guard configuration.rootfs.diffIDs.count == manifest.layers.count else {
            throw ContainerImageError.unreadable(
                name,
                reason: "its manifest has \(manifest.layers.count) layers and its configuration "
                    + "\(configuration.rootfs.diffIDs.count)")
        }
        if let wanted, configuration.architecture != wanted {
            throw ContainerImageError.otherArchitecture(name, has: [configuration.architecture], wanted: wanted)
        }
        return OCIImage(
            layout: self, manifestDigest: descriptor.digest, manifestBytes: manifestBytes,
            configurationBytes: configurationBytes, manifest: manifest, configuration: configuration)
    }

    private func select(
        _ descriptors: [OCIDescriptor], tag: String?, architecture: String?
    ) throws -> OCIDescriptor {
        var candidates = descriptors
        if let tag {
            candidates = candidates.filter { $0.annotations?[OCIAnnotation.name] == tag }
            guard !candidates.isEmpty else {
                let names = descriptors.compactMap { $0.annotations?[OCIAnnotation.name] }.sorted()
                throw ContainerImageError.unreadable(
                    name,
                    reason: "it has no image \"\(tag)\""
                        + (names.isEmpty ? "" : "; there are \(names.joined(separator: ", "))"))
            }
        }
        // Attestations and the like are for no processor.
        candidates.removeAll { $0.platform?.architecture == "unknown" }
        if let architecture, candidates.count > 1 {
            let matching = candidates.filter { $0.platform == nil || $0.platform?.architecture == architecture }
            guard !matching.isEmpty else {
                throw ContainerImageError.otherArchitecture(
                    name, has: candidates.compactMap(\.platform?.architecture).sorted(), wanted: architecture)
            }
            candidates = matching
        }
        guard let descriptor = candidates.first, candidates.count == 1 else {
            throw ContainerImageError.unreadable(
                name, reason: "it has \(candidates.count) images where one is expected")
        }
        switch descriptor.mediaType {
        case OCIMediaType.index, OCIMediaType.dockerManifestList:
            let inner = try decode(OCIIndex.self, named: descriptor.digest, verifiedDocument(descriptor))
            return try select(inner.manifests, tag: nil, architecture: architecture)
        case OCIMediaType.manifest, OCIMediaType.dockerManifest: return descriptor
        default:
            throw ContainerImageError.unreadable(
                name, reason: "its image is a \(descriptor.mediaType) where a \(OCIMediaType.manifest) is expected")
        }
    }
}

/// Annotations that the image-spec defines.
enum OCIAnnotation {
    static let name = "org.opencontainers.image.ref.name"
}
