import GLib
import HostSystem
import OSTree
import SystemPackage

/// Brings an image into an OSTree repository as a commit. The commit that ``Encapsulator`` made an image of comes back as
/// it was; an image with ordinary layers on top of one, or with nothing else, becomes a new commit.
public struct ContainerImporter: Sendable {
    /// Makes an importer; it has no state.
    public init() {}

    /// Imports an image.
    ///
    /// Every layer's digests and every object's checksum are verified. The import is one transaction: where it fails, no
    /// ref and no commit is there that was not there before. A layer that an earlier import remembered is not read.
    ///
    /// - Parameters:
    ///   - source: where the image is; one in a registry is fetched by skopeo to a temporary folder.
    ///   - repository: where the objects go; a bare-user repository needs no privilege.
    ///   - ref: a ref to point at the commit; nil for none.
    /// - Throws: ``ContainerImageError``, or the error of the library that failed (GLib, libarchive, zlib).
    public func importImage(
        _ source: ImageSource, into repository: Repository, ref: String? = nil, options: ImportOptions = ImportOptions()
    ) async throws -> ImportedCommit {
        let known = try await Blocking.run { try KnownLayers(repository) }
        return try await source.withImage(options, known: known.digests) { image in
            try await importImage(image, into: repository, ref: ref, options: options)
        }
    }

    /// Imports an image whose layers are at hand.
    public func importImage(
        _ image: OCIImage, into repository: Repository, ref: String? = nil, options: ImportOptions = ImportOptions()
    ) async throws -> ImportedCommit {
        try await Blocking.run { try ImageImport(image: image, repository: repository, options: options).run(ref: ref) }
    }

    /// Imports the image in an OCI archive, whatever processor it is for.
    public func importCommit(
        archive: FilePath, into repository: Repository, ref: String? = nil
    ) async throws -> ImportedCommit {
        try await importImage(
            .ociArchive(archive), into: repository, ref: ref, options: ImportOptions(architecture: nil))
    }

    /// Forgets the layers that no remembered image has; their objects go with the repository's next prune.
    ///
    /// - Returns: the refs that were removed.
    @discardableResult
    public func forgetUnusedLayers(in repository: Repository) throws -> [String] {
        let unused = try KnownLayers(repository).unusedRefs()
        guard !unused.isEmpty else { return [] }
        try repository.transaction { for ref in unused { repository.transactionSetRef(ref, to: nil) } }
        return unused
    }
}
