import GLib
import OSTree

/// Gives the files and directories that came from container layers the labels of the tree's own SELinux policy.
struct PolicyLabels {
    private static let attribute = "security.selinux"

    let tree: MergedTree
    let policy: SecurityPolicy
    private var labelled: [Key: String] = [:]

    private struct Key: Hashable {
        let checksum: String
        let label: [UInt8]
    }

    init(tree: MergedTree, policy: SecurityPolicy) {
        self.tree = tree
        self.policy = policy
    }

    mutating func run() throws { try visit(tree.root, path: "") }

    private mutating func visit(_ directory: MergedTree.Directory, path: String) throws {
        if directory.isNew {
            var attributes = try tree.repository.directoryAttributes(directory.metadata)
            let label = try policy.label(Self.runtimePath(path), mode: 0o040000 | attributes.permissions)
            if attributes.extendedAttributes[Self.attribute] != label {
                attributes.extendedAttributes[Self.attribute] = label
                directory.metadata = try tree.repository.writeDirectoryMetadata(attributes)
            }
        }
        for name in directory.newFiles.sorted() {
            guard let checksum = try directory.files()[name] else { continue }
            try directory.set(name, file: label(checksum, at: "\(path)/\(name)"))
        }
        for (name, child) in directory.touched.sorted(by: { $0.key < $1.key }) {
            try visit(child, path: "\(path)/\(name)")
        }
    }

    /// The object with the label of its path.
    private mutating func label(_ checksum: String, at path: String) throws -> String {
        let repository = tree.repository
        let reader = try repository.openContent(checksum)
        guard let label = try policy.label(Self.runtimePath(path), mode: reader.info.mode) else { return checksum }
        var attributes = FileAttributes(reader.info)
        guard attributes.extendedAttributes[Self.attribute] != label else { return checksum }
        let key = Key(checksum: checksum, label: label)
        if let known = labelled[key] { return known }
        attributes.extendedAttributes[Self.attribute] = label
        let result: String
        if let target = reader.info.symlinkTarget {
            result = try repository.writeSymlink(
                to: target, uid: attributes.uid, gid: attributes.gid,
                extendedAttributes: attributes.extendedAttributes)
        } else {
            let writer = try repository.beginFile(attributes, length: UInt64(clamping: reader.info.size))
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
            defer { buffer.deallocate() }
            while case let count = try reader.read(into: buffer), count > 0 {
                try writer.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
            result = try writer.finish()
        }
        labelled[key] = result
        return result
    }

    /// Policies know `/etc`, where a system will have it.
    private static func runtimePath(_ path: String) -> String {
        path.isEmpty ? "/" : path == "/usr/etc" || path.hasPrefix("/usr/etc/") ? String(path.dropFirst(4)) : path
    }
}
