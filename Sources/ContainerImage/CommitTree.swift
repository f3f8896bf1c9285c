import GLib
import OSTree

/// All directories and content objects of a commit.
struct CommitTree: Sendable {
    struct Directory: Sendable {
        /// The path without a slash at either end; empty for the root.
        let path: String
        let contents: String
        let metadata: String
    }

    struct Content: Sendable {
        let checksum: String
        let size: Int64
        let symlinkTarget: String?
        /// The component that it belongs to by an extended attribute of its own or of a directory above it.
        var component: String?
        /// Every name that the object has in the tree, sorted.
        var paths: [String]
    }

    let checksum: String
    let commit: CommitObject
    /// Each directory after its parent, in the order of the dirtree objects.
    let directories: [Directory]
    /// The content objects by checksum.
    let contents: [String: Content]
    /// The checksum of the object at each path.
    let files: [String: String]

    /// Reads the tree of a commit (all metadata and what the content objects are, not their bytes).
    init(repository: Repository, commit checksum: String) throws(GLibError) {
        self.checksum = checksum
        commit = try repository.commit(checksum)
        var walk = Walk(repository: repository)
        try walk.visit("", contents: commit.rootContents, metadata: commit.rootMetadata, component: nil)
        directories = walk.directories
        files = walk.files
        contents = walk.contents.mapValues { content in
            var content = content
            content.paths.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            return content
        }
    }

    private struct Walk {
        let repository: Repository
        var directories: [Directory] = []
        var contents: [String: Content] = [:]
        var files: [String: String] = [:]
        private var componentOfMetadata: [String: String?] = [:]

        init(repository: Repository) { self.repository = repository }

        mutating func visit(
            _ path: String, contents checksum: String, metadata: String, component inherited: String?
        ) throws(GLibError) {
            let component = try component(ofMetadata: metadata) ?? inherited
            directories.append(Directory(path: path, contents: checksum, metadata: metadata))
            let tree = try repository.directoryTree(checksum)
            let prefix = path.isEmpty ? "" : path + "/"
            for file in tree.files {
                let name = prefix + file.name
                files[name] = file.checksum
                if contents[file.checksum] == nil {
                    let info = try repository.contentInfo(file.checksum)
                    contents[file.checksum] = Content(
                        checksum: file.checksum, size: info.size, symlinkTarget: info.symlinkTarget,
                        component: info.extendedAttributes.attribute(ComponentMapping.attribute), paths: [])
                }
                contents[file.checksum]?.paths.append(name)
                if let component, contents[file.checksum]?.component == nil {
                    contents[file.checksum]?.component = component
                }
            }
            for directory in tree.directories {
                try visit(
                    prefix + directory.name, contents: directory.contents, metadata: directory.metadata,
                    component: component)
            }
        }

        /// Most directories share a few metadata objects.
        private mutating func component(ofMetadata checksum: String) throws(GLibError) -> String? {
            if let known = componentOfMetadata[checksum] { return known }
            let metadata = try repository.directoryMetadata(checksum)
            let component = metadata.extendedAttributes.attribute(ComponentMapping.attribute)
            componentOfMetadata[checksum] = .some(component)
            return component
        }
    }
}
