import Foundation
import HostSystem
import SystemPackage

/// Puts one ordinary layer on top of an image: the base's layers go into the new image byte for byte.
///
/// The same base, members and options give the same bytes.
public struct ImageDeriver: Sendable {
    /// Makes a deriver; it has no state.
    public init() {}

    /// Makes the image.
    ///
    /// - Throws: ``ContainerImageError``, also where a layer of the base is damaged; what writing the members throws;
    ///   the error of the library that failed. Nothing is left at the output path then.
    public func derive(_ request: DerivedImageRequest) async throws -> DerivedImage {
        try await Blocking.run { try Self.derive(request) }
    }

    private static func derive(_ request: DerivedImageRequest) throws -> DerivedImage {
        try FileManager.default.createDirectory(
            atPath: request.workDirectory.string, withIntermediateDirectories: true)
        let layerPath = request.workDirectory.appending("layer")
        defer { unlink(layerPath.string) }
        let layer = try BlobWriter.write(to: layerPath, compression: request.compression, request.writeLayer)

        var manifest = request.base.manifest
        var configuration = request.base.configuration
        let created = Date(timeIntervalSince1970: TimeInterval(request.timestamp)).formatted(.iso8601)
        configuration.created = created
        configuration.config = configuration.config ?? .init()
        configuration.config?.labels = request.labels
        configuration.rootfs.diffIDs.append("sha256:\(layer.diffID)")
        configuration.history = (configuration.history ?? []) + [.init(created: created, createdBy: request.history)]
        let configurationBytes = try OCIArchiveWriter.encode(configuration)

        var blobs: [String: BlobSource] = [layer.digest: .file(layerPath, size: layer.size)]
        for descriptor in manifest.layers {
            blobs[String(descriptor.digest.dropFirst("sha256:".count))] = .image(request.base.layout, descriptor)
        }
        manifest.layers.append(
            OCIDescriptor(mediaType: layer.mediaType, digest: "sha256:\(layer.digest)", size: layer.size))
        manifest.config = descriptor(OCIMediaType.configuration, configurationBytes)
        // Annotations equal the labels wherever the base has them so.
        if manifest.annotations != nil { manifest.annotations = request.labels }
        let manifestBytes = try OCIArchiveWriter.encode(manifest)
        let index = OCIIndex(manifests: [descriptor(OCIMediaType.manifest, manifestBytes)])
        let archive = OCIArchiveWriter(
            blobs: blobs, configuration: configurationBytes, manifest: manifestBytes,
            index: try OCIArchiveWriter.encode(index))
        let (sha256, size) = try write(archive, to: request.output)
        return DerivedImage(
            path: request.output, sha256: sha256, size: size, manifestDigest: "sha256:\(Digest.of(manifestBytes))",
            layer: EncapsulatedLayer(
                digest: "sha256:\(layer.digest)", diffID: "sha256:\(layer.diffID)", size: layer.size,
                uncompressedSize: layer.uncompressedSize, components: [], isReused: false))
    }

    private static func write(_ archive: OCIArchiveWriter, to output: FilePath) throws -> (String, Int64) {
        let temporary = AtomicFile.temporaryPath(for: output)
        do {
            let written = try archive.write(to: temporary)
            try describing("put in place", output) { try AtomicFile.publish(temporary, as: output) }
            return written
        } catch {
            unlink(temporary.string)
            throw error
        }
    }

    private static func descriptor(_ mediaType: String, _ document: [UInt8]) -> OCIDescriptor {
        OCIDescriptor(mediaType: mediaType, digest: "sha256:\(Digest.of(document))", size: Int64(document.count))
    }
}
