import GLib
import LibArchive
import OSTree

/// Turns the members of an ordinary container layer into objects and a ``LayerTree``.
struct DerivedLayer {
    /// What errors call the image.
    let image: String
    /// The layer's digest, for errors.
    let layer: String
    let repository: Repository
    let tree = LayerTree()

    /// Content objects of the base that the layer brings in another form, by their checksum in the base: hard-linked files
    /// are changed where all of their names are.
    private var changedObjects: [String: String] = [:]
    private let buffer = CopyBuffer()

    init(image: String, layer: String, repository: Repository) {
        self.image = image
        self.layer = layer
        self.repository = repository
    }

    /// Takes a member.
    mutating func add(_ member: ArchiveEntry, _ archive: ArchiveReader) throws {
        do {
            if let object = LayerPath.contentObject(member.path) {
                try addObject(object, member, archive)
            } else if let path = try LayerPath.normalize(member.path) {
                try add(path, member, archive)
            }
        } catch let error as InvalidPath {
            throw bad(member, error.description)
        } catch let error as LayerTree.Misplaced {
            throw bad(member, error.reason)
        }
    }

    private mutating func add(_ path: [String], _ member: ArchiveEntry, _ archive: ArchiveReader) throws {
        if let removed = path.last.flatMap(Whiteout.removed), [".", "..", ""].contains(removed) {
            throw bad(member, "this whiteout removes nothing")
        }
        switch member.kind {
        case .directory: try tree.setDirectory(path, attributes(member))
        case .regular: try tree.setFile(path, writeFile(member, archive))
        case .symlink(let target):
            try tree.setFile(
                path,
                repository.writeSymlink(
                    to: target, uid: member.uid, gid: member.gid,
                    extendedAttributes: attributes(member).extendedAttributes))
        case .hardlink(let target): try link(path, to: target, member)
        case .special: throw bad(member, "a commit cannot hold devices, FIFOs and sockets")
        }
    }

    private func link(_ path: [String], to target: String, _ member: ArchiveEntry) throws {
        if let object = LayerPath.contentObject(target) {
            if let changed = changedObjects[object] {
                try tree.setFile(path, changed)
            } else {
                try tree.setLink(path, to: .object(object))
            }
            return
        }
        let normalized: [String]?
        do {
            normalized = try LayerPath.normalize(target)
        } catch {
            throw bad(member, "it is a hard link to \(target), which is outside of the image")
        }
        guard let normalized, !normalized.isEmpty else {
            throw bad(member, "it is a hard link to \(target), which no commit takes")
        }
        if let file = tree.file(normalized) {
            try tree.setFile(path, file)
        } else {
            try tree.setLink(path, to: .path(normalized))
        }
    }

    /// An object of the repository in the image: container builds write into it where they change a hard-linked file.
    private mutating func addObject(_ object: String, _ member: ArchiveEntry, _ archive: ArchiveReader) throws {
        guard member.kind == .regular, try isChanged(object, member) else { return }
        changedObjects[object] = try writeFile(member, archive)
    }

    /// Whether the file differs from the object. All files of a base have the modification time 0.
    private func isChanged(_ object: String, _ member: ArchiveEntry) throws -> Bool {
        guard member.modificationTime == 0, try repository.contains(content: object) else { return true }
        let info = try repository.contentInfo(object)
        return info.size != member.size || info.mode & 0o7777 != member.mode & 0o7777 || info.uid != member.uid
            || info.gid != member.gid
    }

    private func writeFile(_ member: ArchiveEntry, _ archive: ArchiveReader) throws -> String {
        let writer = try repository.beginFile(attributes(member), length: UInt64(clamping: member.size))
        while case let count = try archive.read(into: buffer.bytes), count > 0 {
            try writer.write(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count]))
        }
        return try writer.finish()
    }

    /// Labels are the policy's matter, and what storage drivers note is not the file's.
    private func attributes(_ member: ArchiveEntry) -> FileAttributes {
        let kept = member.extendedAttributes.filter {
            $0.name != "security.selinux" && !$0.name.hasPrefix("trusted.overlay.")
                && !$0.name.hasPrefix("user.overlay.")
        }
        return FileAttributes(
            uid: member.uid, gid: member.gid, permissions: member.mode & 0o7777,
            extendedAttributes: Dictionary(kept.map { ($0.name, $0.value) }) { _, last in last })
    }

    private func bad(_ member: ArchiveEntry, _ reason: String) -> ContainerImageError {
        .badMember(image, layer: layer, member: member.path, reason: reason)
    }

    private final class CopyBuffer {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        deinit { bytes.deallocate() }
    }
}
