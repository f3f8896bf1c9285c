import GLib
import HostSystem
import OSTree
import SystemPackage

/// A commit that was imported from an image.
public struct ImportedCommit: Sendable, Equatable {
    /// The commit's checksum.
    public let checksum: String
    /// The commit's version, where it has one.
    public let version: String?
    /// The digest of the image's manifest: `sha256:` and 64 hex digits.
    public let manifestDigest: String
    /// The image's labels.
    public let labels: [String: String]
}

/// Brings the OSTree commit of an image back into a repository: the inverse of ``Encapsulator``.
public struct ContainerImporter: Sendable {
    /// Makes an importer; it has no state.
    public init() {}

    /// Imports the commit of the image in an OCI archive.
    ///
    /// Every layer's digests and every object's checksum are verified. The import is one transaction: where it fails,
    /// the repository is as it was.
    ///
    /// - Parameters:
    ///   - archive: an OCI archive with one image in the ostree-container layout.
    ///   - repository: where the objects go; a bare-user repository needs no privilege.
    ///   - ref: a ref to point at the commit; nil for none.
    /// - Throws: ``ContainerImageError``, or the error of the library that failed (GLib, libarchive, zlib).
    public func importCommit(
        archive: FilePath, into repository: Repository, ref: String? = nil
    ) async throws -> ImportedCommit {
        try await Blocking.run { try Self.importCommit(archive, repository, ref) }
    }

    private static func importCommit(
        _ path: FilePath, _ repository: Repository, _ ref: String?
    ) throws -> ImportedCommit {
        let archive = OCIArchiveReader(path: path)
        let (manifest, manifestDigest, configuration) = try archive.image()
        let labels = configuration.config?.labels ?? [:]
        guard let commit = labels[ImageLabels.commit], let finalDiffID = labels[ImageLabels.finalDiffID] else {
            throw ContainerImageError.noOSTreeCommit(
                path, reason: "it lacks the labels \(ImageLabels.commit) and \(ImageLabels.finalDiffID)")
        }
        let diffIDs = configuration.rootfs.diffIDs
        guard let last = diffIDs.firstIndex(of: finalDiffID) else {
            throw ContainerImageError.noOSTreeCommit(path, reason: "none of its layers is \(finalDiffID)")
        }
        let derived = diffIDs.count - 1 - last
        guard derived == 0 else { throw ContainerImageError.derivedLayers(path, count: derived) }

        let version = try repository.transaction {
            var objects = ObjectImport(path: path, repository: repository)
            for (descriptor, diffID) in zip(manifest.layers, diffIDs) {
                objects.layer = descriptor.digest
                try LayerReader(archive, descriptor, diffID: diffID).forEach { try objects.add($0, $1) }
            }
            try verifyComplete(path, repository, commit)
            if let ref { repository.transactionSetRef(ref, to: commit) }
            return try repository.commit(commit).metadata["version"]?.string
        }
        return ImportedCommit(
            checksum: commit, version: version, manifestDigest: manifestDigest, labels: labels)
    }

    private static func verifyComplete(_ path: FilePath, _ repository: Repository, _ commit: String) throws {
        func require(_ isThere: Bool, _ object: String) throws {
            guard isThere else { throw ContainerImageError.incomplete(path, commit: commit, missing: object) }
        }
        try require(try repository.contains(.commit, commit), "\(commit).commit")
        let root = try repository.commit(commit)
        var known: Set<String> = []
        var pending = [(root.rootContents, root.rootMetadata)]
        while let (contents, metadata) = pending.popLast() {
            if known.insert(metadata).inserted {
                try require(try repository.contains(.dirmeta, metadata), "\(metadata).dirmeta")
            }
            guard known.insert(contents).inserted else { continue }
            try require(try repository.contains(.dirtree, contents), "\(contents).dirtree")
            let tree = try repository.directoryTree(contents)
            for file in tree.files where known.insert(file.checksum).inserted {
                try require(try repository.contains(content: file.checksum), "\(file.checksum).file")
            }
            pending += tree.directories.map { ($0.contents, $0.metadata) }
        }
    }
}
