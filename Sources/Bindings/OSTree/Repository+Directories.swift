import COSTree
import GLib

/// Writing directories object by object, for trees that are merged from others.
extension Repository {
    /// Writes a dirtree object and returns its checksum.
    ///
    /// - Parameters:
    ///   - files: content objects by name.
    ///   - directories: the dirtree and the dirmeta of each subdirectory by name.
    public func writeDirectory(
        files: [String: String], directories: [String: (contents: String, metadata: String)]
    ) throws(GLibError) -> String {
        func sorted<Value>(_ entries: [String: Value]) -> [(key: String, value: Value)] {
            entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        }
        let object = Variant.tuple([
            .array(
                of: "(say)",
                sorted(files).map { name, checksum in .tuple([.string(name), .bytes(Self.bytes(of: checksum))]) }),
            .array(
                of: "(sayay)",
                sorted(directories).map { name, directory in
                    .tuple([
                        .string(name), .bytes(Self.bytes(of: directory.contents)),
                        .bytes(Self.bytes(of: directory.metadata)),
                    ])
                }),
        ])
        var raw: UnsafeMutablePointer<guchar>?
        try checked("write a directory in \(path)") { error in
            withExtendedLifetime(object) {
                ostree_repo_write_metadata(pointer, OSTREE_OBJECT_TYPE_DIR_TREE, nil, object.pointer, &raw, nil, error)
            }
        }
        defer { g_free(raw) }
        let checksum = ostree_checksum_from_bytes(raw)
        defer { g_free(checksum) }
        return checksum.map { String(cString: $0) } ?? ""
    }

    /// The root directory that a dirtree and a dirmeta make, for ``writeCommit(_:parent:metadata:time:)``.
    public func root(contents: String, metadata: String) throws(GLibError) -> WrittenTree {
        guard let tree = ostree_mutable_tree_new_from_checksum(pointer, contents, metadata) else {
            throw GLibError(operation: "read the directory \(contents) of \(path)", consuming: nil)
        }
        defer { g_object_unref(UnsafeMutableRawPointer(tree)) }
        var file: OpaquePointer?
        try checked("write a tree in \(path)") { ostree_repo_write_mtree(pointer, tree, &file, nil, $0) }
        guard let file else { throw GLibError(operation: "write a tree in \(path)", consuming: nil) }
        return WrittenTree(taking: file)
    }

    private static func bytes(of checksum: String) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        ostree_checksum_inplace_to_bytes(checksum, &bytes)
        return bytes
    }
}
