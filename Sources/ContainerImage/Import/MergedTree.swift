import GLib
import OSTree

/// The tree of a commit with container layers laid over it. Directories are read when they are looked into, and written
/// only where they changed.
final class MergedTree {
    /// One directory of the tree.
    final class Directory {
        private let repository: Repository
        private let original: String?
        private var loaded: (files: [String: String], directories: [String: Directory])?
        /// The dirmeta object.
        var metadata: String
        /// Whether owner and mode come from a layer.
        var isNew: Bool
        /// Names of files that come from layers.
        var newFiles: Set<String> = []

        init(_ repository: Repository, contents: String?, metadata: String, isNew: Bool) {
            self.repository = repository
            original = contents
            self.metadata = metadata
            self.isNew = isNew
        }

        /// Content objects by name.
        func files() throws(GLibError) -> [String: String] { try load().files }
        /// Subdirectories by name.
        func directories() throws(GLibError) -> [String: Directory] { try load().directories }
        /// Subdirectories that were looked into, and those that layers made.
        var touched: [String: Directory] { loaded?.directories ?? [:] }

        func set(_ name: String, file: String?) throws(GLibError) {
            _ = try load()
            loaded?.directories[name] = nil
            loaded?.files[name] = file
            if file == nil { newFiles.remove(name) } else { newFiles.insert(name) }
        }

        /// Puts a file back that is no layer's.
        func restore(_ name: String, file: String?) throws(GLibError) {
            try set(name, file: file)
            newFiles.remove(name)
        }

        func set(_ name: String, directory: Directory) throws(GLibError) {
            _ = try load()
            loaded?.files[name] = nil
            newFiles.remove(name)
            loaded?.directories[name] = directory
        }

        func removeAll() {
            loaded = ([:], [:])
            newFiles = []
        }

        private func load() throws(GLibError) -> (files: [String: String], directories: [String: Directory]) {
            if let loaded { return loaded }
            var result: (files: [String: String], directories: [String: Directory]) = ([:], [:])
            if let original {
                let tree = try repository.directoryTree(original)
                for file in tree.files { result.files[file.name] = file.checksum }
                for child in tree.directories {
                    result.directories[child.name] = Directory(
                        repository, contents: child.contents, metadata: child.metadata, isNew: false)
                }
            }
            loaded = result
            return result
        }

        /// Writes what changed and returns the dirtree.
        func write() throws -> String {
            guard let loaded else { return try original ?? repository.writeDirectory(files: [:], directories: [:]) }
            let children = try loaded.directories.mapValues { (contents: try $0.write(), metadata: $0.metadata) }
            return try repository.writeDirectory(files: loaded.files, directories: children)
        }
    }

    let repository: Repository
    let root: Directory

    /// The tree of a commit, or an empty one.
    init(_ repository: Repository, base commit: String?) throws {
        self.repository = repository
        if let base = try commit.map(repository.commit) {
            root = Directory(repository, contents: base.rootContents, metadata: base.rootMetadata, isNew: false)
        } else {
            let metadata = try repository.writeDirectoryMetadata(FileAttributes(permissions: 0o755))
            root = Directory(repository, contents: nil, metadata: metadata, isNew: true)
        }
    }

    /// The content object at a path; nil where there is none.
    func file(_ parts: [String]) throws(GLibError) -> String? {
        guard let name = parts.last else { return nil }
        return try directory(parts.dropLast())?.files()[name]
    }

    /// The directory at a path; nil where there is none.
    func directory(_ parts: some Sequence<String>) throws(GLibError) -> Directory? {
        var directory = root
        for part in parts {
            guard let next = try directory.directories()[part] else { return nil }
            directory = next
        }
        return directory
    }

    /// Why a layer does not fit on the tree.
    struct Unresolved: Error {
        let path: String
        let reason: String
    }

    /// Lays a layer over the tree.
    ///
    /// - Parameter isInBase: whether a content object is one of the base commit, which layers may name.
    func apply(_ layer: LayerRecord, isInBase: (String) throws -> Bool) throws {
        let commit = try repository.commit(layer.commit)
        try apply(
            commit.rootContents, metadata: commit.rootMetadata, to: root, path: [], unnamed: layer.unnamed)
        for link in layer.links {
            let path = link.path.joined(separator: "/")
            let object: String?
            switch link.target {
            case .object(let checksum):
                object = try isInBase(checksum) ? checksum : nil
            case .path(let parts): object = try file(parts)
            }
            guard let object, let name = link.path.last, let parent = try directory(link.path.dropLast()) else {
                throw Unresolved(path: path, reason: "it is a hard link to \(link.target), which is in no layer below")
            }
            try parent.set(name, file: object)
        }
    }

    private func apply(
        _ contents: String, metadata: String, to directory: Directory, path: [String], unnamed: Set<[String]>
    ) throws {
        let tree = try repository.directoryTree(contents)
        if !unnamed.contains(path) {
            directory.metadata = metadata
            directory.isNew = true
        }
        // Whiteouts mean the layers below only.
        if tree.files.contains(where: { $0.name == Whiteout.opaque }) { directory.removeAll() }
        for file in tree.files {
            if let removed = Whiteout.removed(by: file.name) { try directory.set(removed, file: nil) }
        }
        for file in tree.files where !file.name.hasPrefix(Whiteout.prefix) {
            try directory.set(file.name, file: file.checksum)
        }
        for child in tree.directories {
            let path = path + [child.name]
            let existing = try directory.directories()[child.name]
            let target =
                existing ?? Directory(repository, contents: nil, metadata: child.metadata, isNew: true)
            if existing == nil { try directory.set(child.name, directory: target) }
            try apply(child.contents, metadata: child.metadata, to: target, path: path, unnamed: unnamed)
        }
    }
}

extension LayerRecord.Target: CustomStringConvertible {
    var description: String {
        switch self {
        case .path(let parts): parts.joined(separator: "/")
        case .object(let checksum): RepositoryLayout.objectPath(checksum, "file")
        }
    }
}
