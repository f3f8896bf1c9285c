import SystemPackage

/// The files of a filesystem as a value, before they are on any: what a filesystem's writer is given.
///
/// Entries are in an order in which they can be made one after the other: a directory comes before what is in it, a
/// hard link after the file that it is another name of. Equal trees give equal filesystems.
public struct FileTree: Sendable, Equatable {
    /// The entries; the first is the root, `/`.
    public internal(set) var entries: [FileTreeEntry]

    /// A tree that is a directory with nothing in it.
    public init(root: FileTreeEntry.Attributes) {
        entries = [FileTreeEntry(path: "/", kind: .directory, attributes: root)]
    }

    /// Adds an entry whose directory is there.
    public mutating func add(_ path: String, _ kind: FileTreeEntry.Kind, _ attributes: FileTreeEntry.Attributes) {
        entries.append(FileTreeEntry(path: path, kind: kind, attributes: attributes))
    }

    /// Takes out an entry and all that is below it.
    public mutating func remove(_ path: String) {
        entries.removeAll { $0.path == path || $0.path.hasPrefix("\(path)/") }
    }

    /// Changes a text that the tree itself holds; a file of the host is left as it is.
    public mutating func changeText(of path: String, _ change: (String) -> String) {
        guard let index = entries.firstIndex(where: { $0.path == path }),
            case .file(.bytes(let bytes)) = entries[index].kind
        else { return }
        entries[index].kind = .file(.bytes(Array(change(String(decoding: bytes, as: UTF8.self)).utf8)))
    }

    /// Adds what is in another tree below a directory of this one. A file of the host that this tree has already becomes
    /// a further name of it.
    public mutating func graft(_ other: FileTree, at directory: String) {
        var known: [FilePath: String] = [:]
        for entry in entries {
            if case .file(.file(let source, _)) = entry.kind, known[source] == nil { known[source] = entry.path }
        }
        for entry in other.entries.dropFirst() {
            var kind = entry.kind
            switch kind {
            case .file(.file(let source, _)): if let path = known[source] { kind = .hardLink(path) }
            case .hardLink(let path): kind = .hardLink(directory + path)
            default: break
            }
            add(directory + entry.path, kind, entry.attributes)
        }
    }
}

/// One name in a ``FileTree``.
public struct FileTreeEntry: Sendable, Equatable {
    /// The absolute path inside the filesystem, without a slash at its end but for the root's.
    public var path: String
    /// What is there.
    public var kind: Kind
    /// Owner, permissions, times and labels; those of a hard link are its target's, and these count for nothing.
    public var attributes: Attributes

    /// What a name stands for.
    public enum Kind: Sendable, Equatable {
        /// A directory.
        case directory
        /// A regular file.
        case file(Content)
        /// A symbolic link and where it points.
        case symbolicLink(String)
        /// A further name of the file or symbolic link that an earlier entry, named by its path, made.
        case hardLink(String)
    }

    /// Where a file's bytes come from.
    public enum Content: Sendable, Equatable {
        /// From memory.
        case bytes([UInt8])
        /// From a file of the host, `size` bytes long.
        case file(FilePath, size: Int64)

        /// The number of bytes.
        public var size: Int64 {
            switch self {
            case .bytes(let bytes): Int64(bytes.count)
            case .file(_, let size): size
            }
        }
    }

    /// What an inode has besides its content.
    public struct Attributes: Sendable, Hashable {
        /// The numeric owner.
        public var owner: UInt32
        /// The numeric group.
        public var group: UInt32
        /// The permissions with the set-id and sticky bits: the lower twelve bits of a mode.
        public var permissions: UInt16
        /// Seconds since 1970.
        public var modificationTime: Int64
        /// Extended attributes by their full name, such as `security.selinux`.
        public var extendedAttributes: [String: [UInt8]]
        /// The immutable flag (`chattr +i`).
        public var isImmutable: Bool

        /// Attributes; root's where nobody else is named.
        public init(
            owner: UInt32 = 0, group: UInt32 = 0, permissions: UInt16, modificationTime: Int64,
            extendedAttributes: [String: [UInt8]] = [:], isImmutable: Bool = false
        ) {
            self.owner = owner
            self.group = group
            self.permissions = permissions
            self.modificationTime = modificationTime
            self.extendedAttributes = extendedAttributes
            self.isImmutable = isImmutable
        }
    }
}
