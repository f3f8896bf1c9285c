import GLib
import HostSystem
import LibArchive
import OSTree

/// A layer with content objects, and their names in the tree as hard links.
struct ChunkLayer: Sendable {
    /// What the layer holds, sorted by identifier.
    let components: [MappedComponent]
    /// The objects, sorted by checksum.
    let contents: [CommitTree.Content]
    let format: LayerFormat
    /// The directory metadata by path; empty for ``LayerFormat/sparse``.
    let directoryMetadata: [String: String]

    init(components: [MappedComponent], tree: CommitTree, format: LayerFormat) {
        self.components = components
        contents = components.flatMap(\.contents)
            .sorted { $0.checksum.utf8.lexicographicallyPrecedes($1.checksum.utf8) }
        self.format = format
        directoryMetadata =
            format != .sparse
            ? Dictionary(tree.directories.map { ($0.path, $0.metadata) }, uniquingKeysWith: { first, _ in first }) : [:]
    }

    /// The names of the components, sorted, for the annotation `ostree.components`.
    var componentNames: [String] { Set(components.map(\.name)).sorted() }

    /// What the image's history says of the layer.
    var historyText: String {
        let identifiers = components.map(\.identifier)
        return identifiers.count > 5 ? "\(identifiers.count) components" : identifiers.joined(separator: " and ")
    }

    /// A digest of everything that decides the layer's bytes; `writer` names the code and the compressor.
    func cacheKey(writer: String) -> String {
        var digest = Digest()
        digest.update(field: writer)
        digest.update(field: "\(format.rawValue)")
        for content in contents {
            digest.update(field: content.checksum)
            digest.update(field: "\(content.paths.count)")
            content.paths.forEach { digest.update(field: $0) }
        }
        var directories: Set<String> = []
        forEachNewParent(of: contents.flatMap(\.paths), known: &directories) { path, metadata in
            digest.update(field: path)
            digest.update(field: metadata)
        }
        return digest.finish()
    }

    /// Writes the members in the layer's format.
    func write(to archive: ArchiveWriter, from repository: Repository) throws {
        try format.hasObjects
            ? writeObjects(to: archive, from: repository) : writePlain(to: archive, from: repository)
    }

    /// Writes the repository's frame, then each object with its extended attributes and its names.
    private func writeObjects(to archive: ArchiveWriter, from repository: Repository) throws {
        try RepositoryLayout.write(to: archive)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { buffer.deallocate() }
        var parents: Set<String> = []
        for content in contents {
            let reader = try repository.openContent(content.checksum)
            let info = reader.info
            // Importers take the attributes from this file, and need them before the object.
            try archive.add(
                ArchiveEntry(
                    path: RepositoryLayout.objectPath(content.checksum, "file-xattrs-link"), kind: .regular, mode: 0o644
                ), content: info.extendedAttributes.serialized)
            let objectPath = RepositoryLayout.objectPath(content.checksum, "file")
            // Upstream writes GNU headers with pax records before them, which libarchive cannot mix: here it is pax all
            // through, with records only where there are attributes. Readers of one accept the other.
            var member = ArchiveEntry(
                path: objectPath, kind: info.symlinkTarget.map { .symlink(target: $0) } ?? .regular,
                mode: info.mode & 0o7777, uid: info.uid, gid: info.gid, size: info.size,
                extendedAttributes: info.extendedAttributes.visibleAttributes)
            try archive.begin(member)
            while case let count = try reader.read(into: buffer), count > 0 {
                try archive.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
            // Empty files share an object but not an inode: container builds write into them in place, and that would
            // change the object.
            let isEmptyFile = info.symlinkTarget == nil && info.size == 0
            member.kind = isEmptyFile ? .regular : .hardlink(target: objectPath)
            member.size = 0
            member.extendedAttributes = []
            for path in content.paths {
                try forEachNewParent(of: [path], known: &parents) { path, metadata in
                    try archive.add(
                        .directory(
                            RepositoryLayout.containerPath(path), repository.directoryMetadata(metadata)))
                }
                member.path = RepositoryLayout.containerPath(path)
                try archive.begin(member)
            }
        }
    }

    /// Calls `body` for each directory above `paths` that is not in `known`, outermost first; never for
    /// ``LayerFormat/sparse``.
    func forEachNewParent(
        of paths: [String], known: inout Set<String>, _ body: (String, String) throws -> Void
    ) rethrows {
        guard format != .sparse else { return }
        for path in paths {
            var parent = ""
            for part in path.split(separator: "/").dropLast() {
                parent += (parent.isEmpty ? "" : "/") + part
                guard known.insert(parent).inserted, let metadata = directoryMetadata[parent] else { continue }
                try body(parent, metadata)
            }
        }
    }
}
