import GLib
import LibArchive
import OSTree

/// The first layer: the commit's metadata objects and the skeleton of its directories, without any content.
struct CommitLayer: Sendable {
    let tree: CommitTree

    /// Writes the members in the order that importers rely on: the commit comes before all other objects.
    func write(to archive: ArchiveWriter, from repository: Repository) throws {
        var writtenMetadata: Set<String> = []
        func addObject(_ checksum: String, _ suffix: String, _ object: Variant) throws {
            guard writtenMetadata.insert("\(checksum).\(suffix)").inserted else { return }
            try archive.add(
                ArchiveEntry(path: RepositoryLayout.objectPath(checksum, suffix), kind: .regular, mode: 0o644),
                content: object.serialized)
        }
        func addObject(_ type: MetadataType, _ checksum: String) throws {
            try addObject(checksum, type.rawValue, repository.load(type, checksum))
        }

        for directory in tree.directories {
            let isRoot = directory.path.isEmpty
            // The repository brings its own sysroot, and a layer must not name a directory twice.
            let isSysroot = directory.path == "sysroot"
            if !isRoot { try addObject(.dirmeta, directory.metadata) }
            if !isSysroot {
                let path = isRoot ? "./" : "./" + RepositoryLayout.containerPath(directory.path)
                try archive.add(ArchiveEntry.directory(path, repository.directoryMetadata(directory.metadata)))
            }
            if isRoot {
                try RepositoryLayout.write(to: archive)
                try addObject(.commit, tree.checksum)
                if let detached = try repository.detachedMetadata(of: tree.checksum) {
                    try addObject(tree.checksum, "commitmeta", detached)
                }
                try addObject(.dirmeta, directory.metadata)
            }
            try addObject(.dirtree, directory.contents)
        }
        // Containers run no systemd-tmpfiles, and most programs need this one.
        if !tree.directories.contains(where: { $0.path == "var/tmp" }) {
            try archive.add(ArchiveEntry(path: "var/tmp", kind: .directory, mode: 0o1777))
        }
    }
}

extension ArchiveEntry {
    /// A directory with the owner and mode of a dirmeta object.
    static func directory(_ path: String, _ metadata: DirectoryMetadata) -> ArchiveEntry {
        ArchiveEntry(
            path: path, kind: .directory, mode: metadata.mode & 0o7777, uid: metadata.uid, gid: metadata.gid)
    }
}
