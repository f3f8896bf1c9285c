import OSTree

/// A directory of a tree that is a value before it is files: names, object checksums, and who brought them.
///
/// Confined to the task that composes.
final class TreeDirectory {
    /// Owner and permissions.
    var attributes: FileAttributes
    /// What it holds.
    var entries: [String: TreeEntry] = [:]

    init(_ attributes: FileAttributes = FileAttributes(permissions: 0o755)) { self.attributes = attributes }

    /// The subdirectory `name`; nil where there is none.
    func directory(_ name: some StringProtocol) -> TreeDirectory? {
        if case .directory(let directory)? = entries[String(name)] { return directory }
        return nil
    }

    /// The file or link `name`; nil where there is none.
    func file(_ name: some StringProtocol) -> TreeFile? {
        if case .file(let file)? = entries[String(name)] { return file }
        return nil
    }

    /// The subdirectory `name`, made with permissions 0755 where there is none; replaces a file.
    func ensureDirectory(_ name: some StringProtocol) -> TreeDirectory {
        if let directory = directory(name) { return directory }
        let directory = TreeDirectory()
        entries[String(name)] = .directory(directory)
        return directory
    }

    /// The directory at a relative path, made with all directories above it.
    func ensurePath(_ path: some StringProtocol) -> TreeDirectory {
        path.split(separator: "/").reduce(self) { $0.ensureDirectory($1) }
    }

    /// The entry at a relative path; links are not followed.
    subscript(path: some StringProtocol) -> TreeEntry? {
        let parts = path.split(separator: "/")
        guard let last = parts.last else { return .directory(self) }
        var directory = self
        for part in parts.dropLast() {
            guard let next = directory.directory(part) else { return nil }
            directory = next
        }
        return directory.entries[String(last)]
    }

    /// Calls `body` for every entry below, sorted by name, with its path from here.
    func walk(_ prefix: String = "", _ body: (String, TreeEntry) throws -> Void) rethrows {
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
            let path = prefix.isEmpty ? name : "\(prefix)/\(name)"
            try body(path, entry)
            if case .directory(let directory) = entry { try directory.walk(path, body) }
        }
    }
}

/// What a name in a directory stands for.
enum TreeEntry {
    case file(TreeFile)
    case directory(TreeDirectory)
}

/// A file or link object of a tree.
struct TreeFile: Equatable {
    /// The object's checksum: content, owner, permissions and attributes.
    var checksum: String
    /// The position of what brought it in the tree's list of origins; nil for what the compose itself made.
    var origin: Int?
}

extension Repository {
    /// Writes the directory objects of a tree whose files exist.
    func write(_ tree: TreeDirectory) throws -> WrittenTree {
        var known: [FileAttributes: String] = [:]
        func fill(_ target: MutableTree, _ source: TreeDirectory) throws {
            let metadata = try known[source.attributes] ?? writeDirectoryMetadata(source.attributes)
            known[source.attributes] = metadata
            target.setMetadata(metadata)
            for (name, entry) in source.entries {
                switch entry {
                case .file(let file): try target.replaceFile(name, file.checksum)
                case .directory(let directory): try fill(try target.ensureDirectory(name), directory)
                }
            }
        }
        let target = MutableTree()
        try fill(target, tree)
        return try write(target)
    }
}
