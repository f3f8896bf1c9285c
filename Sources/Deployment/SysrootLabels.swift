import GLib
import OSTree

/// The SELinux labels of files that a commit does not bring: those of the commit's own policy.
public struct SysrootLabels {
    private let policy: SecurityPolicy?

    /// The labels of a commit; none where it has no policy.
    ///
    /// - Throws: `GLibError` where its policy is incomplete.
    public init(of commit: String, in repository: Repository) throws(GLibError) {
        policy = try SecurityPolicy(of: commit, in: repository)
    }

    /// Gives entries that were added to a filesystem their labels.
    ///
    /// - Parameters:
    ///   - tree: the filesystem.
    ///   - first: the index of the first entry that was added.
    ///   - prefix: where the booted system has the filesystem: "" for the root.
    /// - Throws: `GLibError`.
    public func apply(to tree: inout FileTree, from first: Int, prefix: String) throws(GLibError) {
        for index in first..<tree.entries.count {
            try apply(prefix + tree.entries[index].path, to: &tree.entries[index])
        }
    }

    /// Gives an entry the label of a path, where the policy has one.
    ///
    /// - Parameter path: where the booted system sees the file.
    func apply(_ path: String, to entry: inout FileTreeEntry) throws(GLibError) {
        guard let policy else { return }
        let type: UInt32 =
            switch entry.kind {
            case .directory: 0o040000
            case .file: 0o100000
            case .symbolicLink: 0o120000
            // An inode has one label, whatever its names.
            case .hardLink: 0
            }
        guard type != 0 else { return }
        guard let label = try policy.label(path, mode: type | UInt32(entry.attributes.permissions)) else { return }
        entry.attributes.extendedAttributes["security.selinux"] = label
    }
}
