import Foundation
import HostSystem
import OSTree
import SystemPackage

/// The layers of an image of a commit: what is in each of them, and how they are written.
struct LayerSet: Sendable {
    let repository: Repository
    let tree: CommitTree
    /// The layers with content; the one with the commit or the directories comes before them.
    let chunks: [ChunkLayer]
    let format: LayerFormat

    /// Reads the commit and distributes its content.
    init(_ request: EncapsulationRequest) throws {
        let options = request.options
        guard options.maxLayers >= ImageOptions.minimumLayers else {
            throw ContainerImageError.tooFewLayers(options.maxLayers, minimum: ImageOptions.minimumLayers)
        }
        repository = try Repository.open(request.repository)
        guard let commit = try repository.resolve(request.commit) else {
            throw ContainerImageError.noCommit(request.commit, repository: request.repository)
        }
        let tree = try CommitTree(repository: repository, commit: commit)
        self.tree = tree
        // A key that is missing is told before the work, not after it.
        _ = try ImageLabels.labels(commit: commit, tree.commit, finalDiffID: nil, options: options)
        format = options.format
        let components = ComponentMapping.map(tree, components: request.components)
        let byIdentifier = Dictionary(
            components.map { ($0.identifier, $0) }, uniquingKeysWith: { first, _ in first })
        chunks = try Self.pack(components, maxLayers: options.maxLayers).map { identifiers in
            ChunkLayer(
                components: identifiers.compactMap { byIdentifier[$0] }, tree: tree, format: options.format)
        }
    }

    /// The packer does not count the commit's layer, messages do.
    private static func pack(_ components: [MappedComponent], maxLayers: Int) throws -> [[String]] {
        do {
            return try LayerPacker(maxLayers: maxLayers - 1).pack(components.map(\.packable))
        } catch {
            guard case .tooFewLayers(_, let minimum) = error else { throw error }
            throw ContainerImageError.tooFewLayers(maxLayers, minimum: minimum + 1)
        }
    }

    /// Writes all layers, several at a time, the largest first so that none of them is waited for alone.
    ///
    /// - Returns: the blobs in the image's order.
    func write(_ request: EncapsulationRequest, to directory: FilePath) async throws -> [StoredBlob] {
        let compression = request.options.compression
        let cache = try request.layerCache.map { try LayerCache($0, format, compression) }
        let pool = CompressionPool(compression, workers: request.parallelism)
        defer { pool.close() }
        let writer: @Sendable (Int) throws -> StoredBlob = { index in
            try write(index, pool, cache, directory)
        }
        let sizes = chunks.map { $0.contents.reduce(0) { $0 + $1.size } }
        var pending = [0] + chunks.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }.map { $0 + 1 }
        pending.reverse()
        let blobs = try await withThrowingTaskGroup(of: (Int, StoredBlob).self) { group in
            var done: [Int: StoredBlob] = [:]
            for _ in 0..<min(pool.workers, Self.maximumWriters) {
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
        cache?.prune(keeping: Set(chunks.map { $0.cacheKey(writer: BlobWriter.identity(compression)) }))
        return blobs.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Layers in the making: one of them keeps about ten compressing threads busy.
    private static let maximumWriters = 4

    private func write(
        _ index: Int, _ pool: CompressionPool, _ cache: LayerCache?, _ directory: FilePath
    ) throws -> StoredBlob {
        guard index > 0 else {
            let path = directory.appending("first")
            let blob = try BlobWriter.write(to: path, pool: pool) {
                try format.hasObjects
                    ? CommitLayer(tree: tree).write(to: $0, from: repository)
                    : tree.writeSkeleton(to: $0, from: repository)
            }
            return StoredBlob(blob: blob, path: path, isReused: false)
        }
        let chunk = chunks[index - 1]
        let write = { (path: FilePath) in
            try BlobWriter.write(to: path, pool: pool) { try chunk.write(to: $0, from: repository) }
        }
        guard let cache else {
            let path = directory.appending("\(index)")
            return StoredBlob(blob: try write(path), path: path, isReused: false)
        }
        let key = chunk.cacheKey(writer: BlobWriter.identity(pool.compression))
        return try cache.blob(key) ?? cache.store(key, write)
    }
}
