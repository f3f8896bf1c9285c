import OSTree
import SystemPackage

extension Repository {
    /// The tree of a commit as a value; its files have no origin.
    func tree(of commit: String) throws -> TreeDirectory {
        let root = try commitRoot(commit)
        var known: [String: FileAttributes] = [:]
        func read(_ contents: String, _ metadata: String) throws -> TreeDirectory {
            let attributes = try known[metadata] ?? directoryMetadata(metadata).attributes
            known[metadata] = attributes
            let directory = TreeDirectory(attributes)
            let listing = try listing(contents)
            for (name, checksum) in listing.files {
                directory.entries[name] = .file(TreeFile(checksum: checksum, origin: nil))
            }
            for (name, child) in listing.directories {
                directory.entries[name] = .directory(try read(child.contents, child.metadata))
            }
            return directory
        }
        return try read(root.contents, root.metadata)
    }
}

extension OwnerOverlay {
    /// Gives what a tree had before its packages were added what a checkout hides: a script that changes such a file
    /// must not lose it.
    func show(_ root: TreeDirectory, from repository: Repository) throws {
        var known: [String: FileAttributes?] = [:]
        try root.walk { path, entry in
            switch entry {
            case .directory(let directory):
                try show(directory.attributes, at: path, isDirectory: true, isSymlink: false)
            case .file(let file):
                guard file.origin == nil else { return }
                if let attributes = known[file.checksum] {
                    if let attributes { try show(attributes, at: path, isDirectory: false, isSymlink: false) }
                    return
                }
                let info = try repository.contentInfo(file.checksum)
                let isSymlink = info.symlinkTarget != nil
                known[file.checksum] = isSymlink ? .some(nil) : info.attributes
                try show(info.attributes, at: path, isDirectory: false, isSymlink: isSymlink)
            }
        }
    }

    private func show(_ attributes: FileAttributes, at path: String, isDirectory: Bool, isSymlink: Bool) throws {
        let capabilities = attributes.extendedAttributes[FileCapabilities.attribute]
        let isHidden = !isSymlink && Self.isHidden(attributes.permissions, isDirectory: isDirectory)
        guard attributes.uid != 0 || attributes.gid != 0 || isHidden || capabilities != nil else { return }
        try apply(
            tree.appending(path), uid: attributes.uid, gid: attributes.gid,
            permissions: isSymlink ? nil : attributes.permissions, capabilities: capabilities)
    }
}
