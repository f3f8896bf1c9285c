import GLib
import OSTree

/// A commit's paths with the objects that they stand for, and all objects that the commit needs.
struct CommitContent {
    /// One path of a commit.
    struct Node {
        /// From the commit's root: "" for that, else with a slash before it.
        let path: String
        let object: Object
    }

    /// What a path stands for.
    enum Object {
        case directory(FileAttributes)
        case symbolicLink(String, FileAttributes, checksum: String)
        case file(FileAttributes, size: Int64, checksum: String)
    }

    /// A directory before what is in it, names in byte order.
    private(set) var nodes: [Node] = []
    /// The content objects by checksum.
    private(set) var contents: [String: Object] = [:]
    /// The checksums of metadata objects.
    private(set) var directoryTrees: Set<String> = []
    private(set) var directoryMetadata: [String: FileAttributes] = [:]

    private let repository: Repository

    /// Reads a commit.
    init(_ commit: CommitObject, in repository: Repository) throws(GLibError) {
        self.repository = repository
        try add("", contents: commit.rootContents, metadata: commit.rootMetadata)
    }

    private mutating func add(_ path: String, contents: String, metadata: String) throws(GLibError) {
        directoryTrees.insert(contents)
        nodes.append(Node(path: path, object: .directory(try attributes(metadata))))
        let tree = try repository.directoryTree(contents)
        for file in tree.files {
            nodes.append(Node(path: "\(path)/\(file.name)", object: try content(file.checksum)))
        }
        for directory in tree.directories {
            try add("\(path)/\(directory.name)", contents: directory.contents, metadata: directory.metadata)
        }
    }

    private mutating func attributes(_ metadata: String) throws(GLibError) -> FileAttributes {
        if let known = directoryMetadata[metadata] { return known }
        let attributes = try repository.directoryMetadata(metadata).attributes
        directoryMetadata[metadata] = attributes
        return attributes
    }

    private mutating func content(_ checksum: String) throws(GLibError) -> Object {
        if let known = contents[checksum] { return known }
        let information = try repository.contentInfo(checksum)
        let object: Object =
            if let target = information.symlinkTarget {
                .symbolicLink(target, information.attributes, checksum: checksum)
            } else {
                .file(information.attributes, size: information.size, checksum: checksum)
            }
        contents[checksum] = object
        return object
    }
}
