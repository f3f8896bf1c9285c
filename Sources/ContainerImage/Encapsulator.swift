import Foundation
import HostSystem
import SystemPackage

/// Makes an OCI archive of an OSTree commit: one layer with the commit's metadata, or with the directories in
/// ``LayerFormat/plain``, then layers with the content of components.
///
/// The same commit, components and options give the same bytes.
public struct Encapsulator: Sendable {
    /// Makes an encapsulator; it has no state.
    public init() {}

    /// Makes the image.
    ///
    /// - Throws: ``ContainerImageError``, or the error of the library that failed (GLib, libarchive, zlib, zstd). Nothing is
    ///   left at the output path then.
    public func encapsulate(_ request: EncapsulationRequest) async throws -> EncapsulatedImage {
        try await withLayers(request) { set, blobs in
            try await Blocking.run { try Self.assemble(request, set, blobs) }
        }
    }

    /// The layers that the image would have; nothing stays of them but what goes to the layer cache.
    ///
    /// - Throws: as ``encapsulate(_:)``.
    public func layers(_ request: EncapsulationRequest) async throws -> [EncapsulatedLayer] {
        try await withLayers(request) { set, blobs in Self.layers(set, blobs) }
    }

    private func withLayers<Result: Sendable>(
        _ request: EncapsulationRequest, _ body: (LayerSet, [StoredBlob]) async throws -> Result
    ) async throws -> Result {
        let blobDirectory = request.workDirectory.appending("layers")
        try FileManager.default.createDirectory(atPath: blobDirectory.string, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: blobDirectory.string) }
        let (set, lock) = try await Blocking.run { (try LayerSet(request), try Self.lock(request.layerCache)) }
        defer { withExtendedLifetime(lock) {} }
        return try await body(set, try await set.write(request, to: blobDirectory))
    }

    /// Each image prunes what it does not need, so two of them take turns.
    private static func lock(_ cache: FilePath?) throws -> FileLock? {
        guard let cache else { return nil }
        try FileManager.default.createDirectory(atPath: cache.string, withIntermediateDirectories: true)
        return try FileLock(cache.appending(".lock"), wait: true)
    }

    private static func layers(_ set: LayerSet, _ blobs: [StoredBlob]) -> [EncapsulatedLayer] {
        let names = [[]] + set.chunks.map(\.componentNames)
        return zip(blobs, names).map { stored, names in
            EncapsulatedLayer(
                digest: "sha256:\(stored.blob.digest)", diffID: "sha256:\(stored.blob.diffID)",
                size: stored.blob.size, uncompressedSize: stored.blob.uncompressedSize, components: names,
                isReused: stored.isReused)
        }
    }

    private static func assemble(
        _ request: EncapsulationRequest, _ set: LayerSet, _ blobs: [StoredBlob]
    ) throws -> EncapsulatedImage {
        let image = try ImageDocuments(
            request: request, tree: set.tree, chunks: set.chunks, blobs: blobs.map(\.blob))
        let configuration = try OCIArchiveWriter.encode(image.configuration)
        let manifest = try OCIArchiveWriter.encode(image.manifest(configuration: configuration))
        let archive = OCIArchiveWriter(
            blobs: Dictionary(
                blobs.map { ($0.blob.digest, .file($0.path, size: $0.blob.size)) },
                uniquingKeysWith: { first, _ in first }),
            configuration: configuration, manifest: manifest,
            index: try OCIArchiveWriter.encode(image.index(manifest: manifest)))
        let temporary = AtomicFile.temporaryPath(for: request.output)
        do {
            let written = try archive.write(to: temporary)
            try describing("put in place", request.output) {
                try AtomicFile.publish(temporary, as: request.output)
            }
            return EncapsulatedImage(
                path: request.output, sha256: written.sha256, size: written.size,
                manifestDigest: "sha256:\(Digest.of(manifest))", manifest: manifest, labels: image.labels,
                layers: layers(set, blobs))
        } catch {
            unlink(temporary.string)
            throw error
        }
    }
}
