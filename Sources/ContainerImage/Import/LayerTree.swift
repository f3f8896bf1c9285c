import GLib
import OSTree

/// What a container layer adds and removes, as a directory tree: whiteouts are files in it.
final class LayerTree {
    final class Directory {
        /// Nil where the layer has files in the directory but does not name it.
        var attributes: FileAttributes?
        var files: [String: String] = [:]
        var directories: [String: Directory] = [:]
    }

    let root = Directory()
    /// Names of files that are in layers below, and of content objects: what they are linked to.
    private(set) var links: [LayerRecord.Link] = []

    /// Why a member has no place in the tree.
    struct Misplaced: Error {
        let reason: String
    }

    /// Sets a directory's owner and mode, making it where it does not exist.
    func setDirectory(_ parts: [String], _ attributes: FileAttributes) throws(Misplaced) {
        try directory(parts[...], replacing: true).attributes = attributes
    }

    /// Puts a content object in its place.
    func setFile(_ parts: [String], _ checksum: String) throws(Misplaced) {
        guard let name = parts.last else { throw Misplaced(reason: "the root must be a directory") }
        let parent = try directory(parts.dropLast(), replacing: false)
        parent.directories[name] = nil
        parent.files[name] = checksum
        if !links.isEmpty { links.removeAll { $0.path == parts } }
    }

    /// Notes another name of a file that this layer does not hold.
    func setLink(_ parts: [String], to target: LayerRecord.Target) throws(Misplaced) {
        guard let name = parts.last else { throw Misplaced(reason: "the root must be a directory") }
        let parent = try directory(parts.dropLast(), replacing: false)
        parent.directories[name] = nil
        parent.files[name] = nil
        links.removeAll { $0.path == parts }
        links.append(.init(path: parts, target: target))
    }

    /// The content object at a path; nil where the layer has none there.
    func file(_ parts: [String]) -> String? {
        guard let name = parts.last else { return nil }
        var directory = root
        for part in parts.dropLast() {
            guard let next = directory.directories[part] else { return nil }
            directory = next
        }
        return directory.files[name]
    }

    private func directory(_ parts: ArraySlice<String>, replacing: Bool) throws(Misplaced) -> Directory {
        var directory = root
        for (index, part) in zip(parts.indices, parts) {
            if let next = directory.directories[part] {
                directory = next
                continue
            }
            if directory.files[part] != nil {
                guard replacing, index == parts.indices.last else {
                    let path = parts[...index].joined(separator: "/")
                    throw Misplaced(reason: "\(path) is no directory")
                }
                directory.files[part] = nil
            }
            let next = Directory()
            directory.directories[part] = next
            directory = next
        }
        return directory
    }

    /// Writes the directories and returns the root, and the paths of the directories that the layer does not name.
    func write(to repository: Repository) throws -> (contents: String, metadata: String, unnamed: [[String]]) {
        var unnamed: [[String]] = []
        let assumed = try repository.writeDirectoryMetadata(FileAttributes(permissions: 0o755))
        func write(_ directory: Directory, _ path: [String]) throws -> (contents: String, metadata: String) {
            if directory.attributes == nil { unnamed.append(path) }
            var children: [String: (contents: String, metadata: String)] = [:]
            for (name, child) in directory.directories.sorted(by: { $0.key < $1.key }) {
                children[name] = try write(child, path + [name])
            }
            let contents = try repository.writeDirectory(files: directory.files, directories: children)
            return (contents, try directory.attributes.map(repository.writeDirectoryMetadata) ?? assumed)
        }
        let root = try write(root, [])
        return (root.contents, root.metadata, unnamed)
    }
}
