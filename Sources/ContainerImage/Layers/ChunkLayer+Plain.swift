import LibArchive
import OSTree

extension ChunkLayer {
    /// Writes the members of a layer of plain files: each file after the directories above it, further names of an
    /// object as hard links to its first one.
    ///
    /// All times are 0, as in an OSTree deployment: the time of the build would change every layer with every build.
    func writePlain(to archive: ArchiveWriter, from repository: Repository) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { buffer.deallocate() }
        var parents: Set<String> = []
        for content in contents.sorted(by: { Self.firstPath($0).lexicographicallyPrecedes(Self.firstPath($1)) }) {
            let reader = try repository.openContent(content.checksum)
            let info = reader.info
            let kind: ArchiveEntry.Kind = info.symlinkTarget.map { .symlink(target: $0) } ?? .regular
            var member = ArchiveEntry(
                path: "", kind: kind, mode: info.mode & 0o7777, uid: info.uid, gid: info.gid, size: info.size,
                extendedAttributes: info.extendedAttributes.visibleAttributes)
            for (index, path) in content.paths.enumerated() {
                try forEachNewParent(of: [path], known: &parents) { path, metadata in
                    try archive.add(
                        .plainDirectory(
                            RepositoryLayout.containerPath(path), repository.directoryMetadata(metadata)))
                }
                member.path = RepositoryLayout.containerPath(path)
                if index > 0, kind == .regular, info.size > 0 {
                    member.kind = .hardlink(target: RepositoryLayout.containerPath(content.paths[0]))
                    member.size = 0
                    member.extendedAttributes = []
                }
                try archive.begin(member)
                guard index == 0 else { continue }
                while case let count = try reader.read(into: buffer), count > 0 {
                    try archive.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                }
            }
        }
    }

    private static func firstPath(_ content: CommitTree.Content) -> String.UTF8View { (content.paths.first ?? "").utf8 }
}

extension CommitTree {
    /// Writes the first layer of an image of plain files: all directories, so that empty ones are there, too.
    func writeSkeleton(to archive: ArchiveWriter, from repository: Repository) throws {
        for directory in directories {
            let path = directory.path.isEmpty ? "./" : RepositoryLayout.containerPath(directory.path)
            try archive.add(.plainDirectory(path, repository.directoryMetadata(directory.metadata)))
        }
        // Containers run no systemd-tmpfiles, and most programs need this one.
        if !directories.contains(where: { $0.path == "var/tmp" }) {
            try archive.add(ArchiveEntry(path: "var/tmp", kind: .directory, mode: 0o1777))
        }
    }
}

extension ArchiveEntry {
    /// A directory with everything that a dirmeta object says of it but the SELinux label.
    static func plainDirectory(_ path: String, _ metadata: DirectoryMetadata) -> ArchiveEntry {
        var entry = directory(path, metadata)
        entry.extendedAttributes = metadata.extendedAttributes.visibleAttributes
        return entry
    }
}
