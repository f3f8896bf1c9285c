import GLib
import OSTree

/// A filesystem of a new sysroot while it is put together, in the order in which it can be made.
struct SysrootFiles {
    private var entries: [FileTreeEntry] = []
    /// Where the booted system sees an entry that has labels by the policy; those of a commit are as the commit has them.
    private var labelPaths: [Int: String] = [:]
    private let timestamp: Int64
    private let labels: SysrootLabels
    private let prefix: String

    /// An empty filesystem.
    ///
    /// - Parameters:
    ///   - timestamp: the time of what is made here.
    ///   - prefix: where the booted system has this filesystem: "" for the root.
    init(timestamp: Int64, labels: SysrootLabels, prefix: String = "") {
        self.timestamp = timestamp
        self.labels = labels
        self.prefix = prefix
        let root = FileTreeEntry.Attributes(permissions: 0o755, modificationTime: timestamp)
        append("/", .directory, root, label: prefix.isEmpty ? "/" : prefix)
    }

    /// A directory of root.
    mutating func directory(_ path: String, permissions: UInt16 = 0o755, as label: String? = nil) {
        append(path, .directory, own(permissions), label: label ?? prefix + path)
    }

    /// A file of root.
    mutating func file(_ path: String, _ text: String, as label: String? = nil) {
        append(path, .file(.bytes(Array(text.utf8))), own(0o644), label: label ?? prefix + path)
    }

    /// A file of root.
    mutating func file(_ path: String, _ content: FileTreeEntry.Content) {
        append(path, .file(content), own(0o644), label: prefix + path)
    }

    /// A symbolic link of root.
    mutating func symbolicLink(_ path: String, to target: String, as label: String? = nil) {
        append(path, .symbolicLink(target), own(0o777), label: label ?? prefix + path)
    }

    /// Another name.
    mutating func hardLink(_ path: String, to target: String) {
        append(path, .hardLink(target), own(0o644), label: nil)
    }

    /// What a commit has.
    ///
    /// - Parameter label: where the booted system sees a copy, whose label follows from that; nil keeps the commit's.
    mutating func add(
        _ path: String, _ kind: FileTreeEntry.Kind, _ attributes: FileAttributes, time: Int64, as label: String? = nil
    ) {
        let attributes = FileTreeEntry.Attributes(
            owner: attributes.uid, group: attributes.gid, permissions: UInt16(attributes.permissions & 0o7777),
            modificationTime: time, extendedAttributes: attributes.extendedAttributes)
        append(path, kind, attributes, label: label)
    }

    /// Sets the immutable flag of an entry.
    mutating func setImmutable(_ path: String) {
        guard let index = entries.firstIndex(where: { $0.path == path }) else { return }
        entries[index].attributes.isImmutable = true
    }

    /// The tree, with labels.
    func finished() throws(GLibError) -> FileTree {
        var labelled = entries
        for (index, path) in labelPaths { try labels.apply(path, to: &labelled[index]) }
        var tree = FileTree(root: labelled[0].attributes)
        for entry in labelled.dropFirst() { tree.add(entry.path, entry.kind, entry.attributes) }
        return tree
    }

    private func own(_ permissions: UInt16) -> FileTreeEntry.Attributes {
        FileTreeEntry.Attributes(permissions: permissions, modificationTime: timestamp)
    }

    private mutating func append(
        _ path: String, _ kind: FileTreeEntry.Kind, _ attributes: FileTreeEntry.Attributes, label: String?
    ) {
        if let label { labelPaths[entries.count] = label }
        entries.append(FileTreeEntry(path: path, kind: kind, attributes: attributes))
    }
}
