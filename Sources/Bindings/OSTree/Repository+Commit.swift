import COSTree
import GLib

/// A root directory that was written and can be committed.
public final class WrittenTree {
    let pointer: OpaquePointer

    init(taking pointer: OpaquePointer) { self.pointer = pointer }

    deinit { g_object_unref(UnsafeMutableRawPointer(pointer)) }
}

extension Repository {
    /// Writes all directory objects of a tree.
    ///
    /// - Throws: `GLibError`; also where a directory has no metadata.
    public func write(_ tree: MutableTree) throws(GLibError) -> WrittenTree {
        var file: OpaquePointer?
        try checked("write a tree in \(path)") { ostree_repo_write_mtree(pointer, tree.pointer, &file, nil, $0) }
        guard let file else { throw GLibError(operation: "write a tree in \(path)", consuming: nil) }
        return WrittenTree(taking: file)
    }

    /// Writes a commit without subject and body, and returns its checksum.
    ///
    /// - Parameters:
    ///   - parent: the commit that it follows; nil for none.
    ///   - metadata: an `a{sv}`.
    ///   - time: seconds since 1970.
    public func writeCommit(
        _ tree: WrittenTree, parent: String? = nil, metadata: Variant, time: UInt64
    ) throws(GLibError) -> String {
        var checksum: UnsafeMutablePointer<CChar>?
        try checked("write a commit in \(path)") {
            ostree_repo_write_commit_with_time(
                pointer, parent, nil, nil, metadata.pointer, tree.pointer, guint64(time), &checksum, nil, $0)
        }
        defer { g_free(checksum) }
        return checksum.map { String(cString: $0) } ?? ""
    }

    /// The checksum of a commit's root directory: equal trees have equal ones, whatever else the commits say.
    public func contentChecksum(of commit: String) throws(GLibError) -> String {
        let variant = try load(.commit, commit)
        // The pointer alone does not keep the value.
        let checksum = withExtendedLifetime(variant) { ostree_commit_get_content_checksum($0.pointer) }
        defer { g_free(checksum) }
        return checksum.map { String(cString: $0) } ?? ""
    }

    /// Takes over a commit and all objects that it needs from another repository, as hard links where both have the
    /// same mode and are on one filesystem. Needs a running transaction.
    ///
    /// Object by object, because `ostree_repo_pull` is not safe on several threads, also not for unrelated
    /// repositories (libostree 2022.7: lost objects, hangs and crashes). The commit itself comes last: the next
    /// transaction takes over what one that was killed or broke off had staged, and a commit must not be among that
    /// without what it needs.
    public func importCommit(_ commit: String, from source: Repository) throws(GLibError) {
        // The traversal passes over a commit that is not there.
        _ = try source.load(.commit, commit)
        let operation = "copy commit \(commit) from \(source.path) to \(path)"
        var table: OpaquePointer?
        try checked(operation) { ostree_repo_traverse_commit(source.pointer, commit, 0, &table, nil, $0) }
        guard let table else { throw GLibError(operation: operation, consuming: nil) }
        defer { g_hash_table_unref(table) }
        var iterator = GHashTableIter()
        g_hash_table_iter_init(&iterator, table)
        var key: gpointer?
        while g_hash_table_iter_next(&iterator, &key, nil) != 0 {
            guard let key else { continue }
            var checksum: UnsafePointer<CChar>?
            var type = OSTREE_OBJECT_TYPE_FILE
            ostree_object_name_deserialize(OpaquePointer(key), &checksum, &type)
            if type == OSTREE_OBJECT_TYPE_COMMIT { continue }
            try checked(operation) {
                ostree_repo_import_object_from_with_trust(pointer, source.pointer, type, checksum, 1, nil, $0)
            }
        }
        try checked(operation) {
            ostree_repo_import_object_from_with_trust(
                pointer, source.pointer, OSTREE_OBJECT_TYPE_COMMIT, commit, 1, nil, $0)
        }
    }
}
