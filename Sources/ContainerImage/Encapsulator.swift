import Foundation
import HostSystem
import OSTree
import SystemPackage

/// Wraps an OSTree commit as an OCI archive in the ostree-container layout: one layer with the commit's metadata, then
/// layers with the content of components.
///
/// The same commit, components and options give the same bytes.
public struct Encapsulator: Sendable {
    /// Makes an encapsulator; it has no state.
    public init() {}

    /// Makes the image.
    ///
    /// - Throws: ``ContainerImageError``, or the error of the library that failed (GLib, libarchive, zlib). Nothing is
    ///   left at the output path then.
    public func encapsulate(_ request: EncapsulationRequest) async throws -> EncapsulatedImage {
        let blobDirectory = request.workDirectory.appending("layers")
        for directory in [blobDirectory, request.layerCache].compactMap(\.self) {
            try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
        }
        defer { try? FileManager.default.removeItem(atPath: blobDirectory.string) }

        let (repository, tree, chunks) = try await Blocking.run { try Self.plan(request) }
        let blobs = try await writeLayers(request, repository, tree, chunks, blobDirectory)
        return try await Blocking.run { try Self.assemble(request, tree, chunks, blobs) }
    }

    private static func plan(
        _ request: EncapsulationRequest
    ) throws -> (Repository, CommitTree, [ChunkLayer]) {
        let packer = try Self.packer(request)
        let repository = try Repository.open(request.repository)
        guard let commit = try repository.resolve(request.commit) else {
            throw ContainerImageError.noCommit(request.commit, repository: request.repository)
        }
        let tree = try CommitTree(repository: repository, commit: commit)
        let components = ComponentMapping.map(tree, components: request.components)
        let byIdentifier = Dictionary(
            components.map { ($0.identifier, $0) }, uniquingKeysWith: { first, _ in first })
        let chunks = try packer.pack(components.map(\.packable)).map { identifiers in
            ChunkLayer(components: identifiers.compactMap { byIdentifier[$0] }, tree: tree, format: request.format)
        }
        return (repository, tree, chunks)
    }

    private static func packer(_ request: EncapsulationRequest) throws -> LayerPacker {
        do {
            return try LayerPacker(maxLayers: request.maxLayers - 1)
        } catch {
            throw ContainerImageError.tooFewLayers(request.maxLayers, minimum: LayerPacker.minimumLayers + 1)
        }
    }

    /// Writes all layers, several at a time, the largest first so that none of them is waited for alone.
    private func writeLayers(
        _ request: EncapsulationRequest, _ repository: Repository, _ tree: CommitTree, _ chunks: [ChunkLayer],
        _ directory: FilePath
    ) async throws -> [StoredBlob] {
        let level = request.compressionLevel
        let identity = BlobWriter.identity(level: level)
        let cache = request.layerCache.map { LayerCache(directory: $0) }
        let writer: @Sendable (Int) throws -> StoredBlob = { index in
            if index == 0 {
                let path = directory.appending("commit")
                let blob = try BlobWriter.write(to: path, level: level) {
                    try CommitLayer(tree: tree).write(to: $0, from: repository)
                }
                return StoredBlob(blob: blob, path: path, isReused: false)
            }
            let chunk = chunks[index - 1]
            let write = { (path: FilePath) in
                try BlobWriter.write(to: path, level: level) { try chunk.write(to: $0, from: repository) }
            }
            guard let cache else {
                let path = directory.appending("\(index)")
                return StoredBlob(blob: try write(path), path: path, isReused: false)
            }
            let key = chunk.cacheKey(writer: identity)
            return try cache.blob(key) ?? cache.store(key, write)
        }

        let sizes = chunks.map { $0.contents.reduce(0) { $0 + $1.size } }
        var pending = [0] + chunks.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }.map { $0 + 1 }
        pending.reverse()
        let blobs = try await withThrowingTaskGroup(of: (Int, StoredBlob).self) { group in
            var done: [Int: StoredBlob] = [:]
            for _ in 0..<max(1, request.parallelism) {
                if let index = pending.popLast() {
                    group.addTask { (index, try await Blocking.run { try writer(index) }) }
                }
            }
            while let (index, blob) = try await group.next() {
                done[index] = blob
                if let index = pending.popLast() {
                    group.addTask { (index, try await Blocking.run { try writer(index) }) }
                }
            }
            return done
        }
        cache?.prune(keeping: Set(chunks.map { $0.cacheKey(writer: identity) }))
        return blobs.sorted { $0.key < $1.key }.map(\.value)
    }

    private static func assemble(
        _ request: EncapsulationRequest, _ tree: CommitTree, _ chunks: [ChunkLayer], _ blobs: [StoredBlob]
    ) throws -> EncapsulatedImage {
        let image = ImageDocuments(request: request, tree: tree, chunks: chunks, blobs: blobs.map(\.blob))
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
            let names = [[]] + chunks.map(\.componentNames)
            return EncapsulatedImage(
                path: request.output, sha256: written.sha256, size: written.size,
                manifestDigest: "sha256:\(Digest.of(manifest))", manifest: manifest, labels: image.labels,
                layers: zip(blobs, names).map { stored, names in
                    EncapsulatedLayer(
                        digest: "sha256:\(stored.blob.digest)", diffID: "sha256:\(stored.blob.diffID)",
                        size: stored.blob.size, uncompressedSize: stored.blob.uncompressedSize, components: names,
                        isReused: stored.isReused)
                })
        } catch {
            unlink(temporary.string)
            throw error
        }
    }
}
