import COSTree
import GLib

/// The SELinux policy of a commit, which says what label each path gets.
public final class SecurityPolicy {
    private let pointer: OpaquePointer
    /// The policy's name, such as `targeted`.
    public let name: String

    /// Loads the policy below `usr/etc/selinux` of a commit; nil where it has none or where SELinux is off there.
    ///
    /// - Throws: `GLibError`; also where the policy is incomplete.
    public init?(of commit: String, in repository: Repository) throws(GLibError) {
        let policy = try unwrapped("load the SELinux policy of \(commit)") {
            ostree_sepolicy_new_from_commit(repository.pointer, commit, nil, $0)
        }
        pointer = policy
        guard let name = ostree_sepolicy_get_name(policy) else {
            // It has a copy of the commit's files below TMPDIR.
            g_object_unref(UnsafeMutableRawPointer(policy))
            return nil
        }
        self.name = String(cString: name)
    }

    deinit { g_object_unref(UnsafeMutableRawPointer(pointer)) }

    /// The label of a path, ending in NUL as the attribute `security.selinux` has it; nil where the policy names none.
    ///
    /// - Parameters:
    ///   - path: from the root, with a slash before it.
    ///   - mode: with its file type bits.
    public func label(_ path: String, mode: UInt32) throws(GLibError) -> [UInt8]? {
        var label: UnsafeMutablePointer<CChar>?
        try checked("look up the SELinux label of \(path)") {
            ostree_sepolicy_get_label(pointer, path, mode, &label, nil, $0)
        }
        guard let label else { return nil }
        defer { g_free(label) }
        return Array(String(cString: label).utf8) + [0]
    }
}
