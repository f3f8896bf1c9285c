import COSTree
import GLib
import SystemPackage

extension Repository {
    /// Points a ref at a commit at once, outside of transactions.
    ///
    /// - Parameter remote: the remote whose ref it is; nil for a local one.
    public func setRef(_ ref: String, remote: String? = nil, to commit: String?) throws(GLibError) {
        try checked("set the ref \(ref) of \(path)") {
            ostree_repo_set_ref_immediate(pointer, remote, ref, commit, nil, $0)
        }
    }

    /// Sets values of the repository's `config` file (ostree.repo-config(5)): `[group: [key: value]]`.
    public func configure(_ values: [String: [String: String]]) throws(GLibError) {
        guard let file = ostree_repo_copy_config(pointer) else {
            throw GLibError(operation: "read the configuration of \(path)", consuming: nil)
        }
        defer { g_key_file_unref(file) }
        for (group, entries) in values.sorted(by: { $0.key < $1.key }) {
            for (key, value) in entries.sorted(by: { $0.key < $1.key }) {
                g_key_file_set_value(file, group, key, value)
            }
        }
        try checked("write the configuration of \(path)") { ostree_repo_write_config(pointer, file, $0) }
        try checked("read the configuration of \(path) again") { ostree_repo_reload_config(pointer, nil, $0) }
    }
}
