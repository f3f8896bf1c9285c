import ContainerImage
import LibArchive
import OSTree
import SystemPackage

/// An ordinary layer (OCI image-spec, layer.md) with the difference of two trees, then the files that describe the image.
///
/// Paths are those of a container; every member has the image's time; equal files are copies, because container runtimes
/// write into files in place.
struct NodeLayer: Sendable {
    let difference: TreeDifference
    /// The repository with the objects.
    let repository: Repository
    /// Seconds since 1970.
    let timestamp: Int64
    /// The files of ``NodeMetadata``.
    let metadata: [(name: String, bytes: [UInt8])]

    /// Writes all members.
    func write(to archive: ArchiveWriter) throws {
        let own = Set(metadata.map { "\(NodeMetadata.directory)/\($0.name)" })
        var directories: Set<String> = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { buffer.deallocate() }
        for change in difference.changes {
            switch change {
            case .directory(let path, let attributes):
                directories.insert(path)
                try archive.add(entry(path, .directory, attributes))
            case .removed(let path):
                guard !own.contains(path) else { continue }
                let place = FilePath(path)
                let name = ".wh." + (place.lastComponent?.string ?? "")
                try archive.add(
                    entry(
                        place.removingLastComponent().appending(name).string, .regular, FileAttributes(permissions: 0)))
            case .file(let path, let checksum):
                if !own.contains(path) { try add(path, checksum, to: archive, buffer) }
            }
        }
        try addMetadata(to: archive, known: directories)
    }

    private func add(
        _ path: String, _ checksum: String, to archive: ArchiveWriter, _ buffer: UnsafeMutableRawBufferPointer
    ) throws {
        let reader = try repository.openContent(checksum)
        var member = entry(
            path, reader.info.symlinkTarget.map { .symlink(target: $0) } ?? .regular, reader.info.attributes)
        member.size = reader.info.size
        try archive.begin(member)
        while case let count = try reader.read(into: buffer), count > 0 {
            try archive.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    private func addMetadata(to archive: ArchiveWriter, known: Set<String>) throws {
        var path = ""
        for part in NodeMetadata.directory.split(separator: "/") {
            path += (path.isEmpty ? "" : "/") + part
            if !known.contains(path) { try archive.add(entry(path, .directory, FileAttributes(permissions: 0o755))) }
        }
        for (name, bytes) in metadata {
            try archive.add(entry("\(path)/\(name)", .regular, FileAttributes(permissions: 0o644)), content: bytes)
        }
    }

    private func entry(_ path: String, _ kind: ArchiveEntry.Kind, _ attributes: FileAttributes) -> ArchiveEntry {
        ArchiveEntry(
            path: OCIImage.containerPath(path), kind: kind, mode: attributes.permissions, uid: attributes.uid,
            gid: attributes.gid, modificationTime: timestamp,
            extendedAttributes: attributes.extendedAttributes.sorted { $0.key < $1.key }
                .filter { $0.key != "security.selinux" }.map { .init(name: $0.key, value: $0.value) })
    }
}
