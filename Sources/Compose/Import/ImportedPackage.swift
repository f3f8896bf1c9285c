import GLib
import HostSystem
import OSTree
import RPM

/// A package as it lies in the cache: its commit, and its header, from which everything else about it is known.
struct ImportedPackage {
    /// The commit with its files.
    let commit: String
    /// The commit's root directory object.
    let root: String
    /// The package's header.
    let header: PackageHeader
    /// The header's file list.
    let files: [PackageFile]

    /// Reads a cached package.
    ///
    /// - Throws: `GLibError` or `RPMError` where the cache is damaged.
    init(_ commit: String, in repository: Repository) throws {
        let root = try repository.commitRoot(commit)
        self.commit = commit
        self.root = root.contents
        header = try PackageHeader(serialized: root.commitMetadata[Key.header]?.bytes ?? [])
        files = try header.files()
    }

    /// A package of a base tree: its files are in the tree, and it has no commit of its own.
    ///
    /// - Throws: `RPMError` where the header is damaged.
    init(installed header: PackageHeader) throws {
        commit = ""
        root = ""
        self.header = header
        files = try header.files()
    }

    /// Names in the commit's metadata; `rpmostree.` ones are rpm-ostree's (`rpmostree-importer.cxx`).
    enum Key {
        static let header = "rpmostree.metadata"
        static let headerDigest = "rpmostree.metadata_sha256"
        static let nevra = "rpmostree.nevra"
        static let checksum = "rpmostree.repodata_checksum"
        static let options = "cosa.importer"
    }

    /// The metadata of a package's commit.
    static func metadata(of header: PackageHeader, checksum: String, options: ImportOptions) -> Variant {
        let bytes = header.serialized
        let identity = [
            header.nevra, header.name, "\(header.epoch)", header.version, header.release, header.arch,
        ]
        return .dictionary([
            Key.header: .bytes(bytes), Key.headerDigest: .string(Digest.of(bytes)),
            Key.nevra: .tuple(identity.map { .string($0) }), Key.checksum: .string(checksum),
            Key.options: .string(options.key),
        ])
    }

    /// Whether the commit was imported from the package file with this checksum, with these options.
    static func isCurrent(
        _ commit: String, in repository: Repository, checksum: String, options: ImportOptions
    ) throws -> Bool {
        let metadata = try repository.commitRoot(commit).commitMetadata
        return metadata[Key.checksum]?.string == checksum && metadata[Key.options]?.string == options.key
    }
}
