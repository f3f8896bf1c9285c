import COSTree
import GLib

/// A directory tree that is being put together out of objects that exist; belongs to one thread.
public final class MutableTree {
    let pointer: OpaquePointer

    /// An empty tree without metadata; ``metadata`` must be set before it is written.
    public init() { pointer = ostree_mutable_tree_new() }

    private init(taking pointer: OpaquePointer) { self.pointer = pointer }

    deinit { g_object_unref(UnsafeMutableRawPointer(pointer)) }

    /// Sets the checksum of the directory's metadata object.
    public func setMetadata(_ checksum: String) { ostree_mutable_tree_set_metadata_checksum(pointer, checksum) }

    /// Puts a file or link object at `name`.
    ///
    /// - Throws: `GLibError` where a directory is in its place.
    public func replaceFile(_ name: String, _ checksum: String) throws(GLibError) {
        try checked("add \(name) to the tree") { ostree_mutable_tree_replace_file(pointer, name, checksum, $0) }
    }

    /// The subdirectory `name`, made where it does not exist.
    ///
    /// - Throws: `GLibError` where a file is in its place.
    public func ensureDirectory(_ name: String) throws(GLibError) -> MutableTree {
        var child: OpaquePointer?
        try checked("add the directory \(name) to the tree") {
            ostree_mutable_tree_ensure_dir(pointer, name, &child, $0)
        }
        guard let child else { throw GLibError(operation: "add the directory \(name) to the tree", consuming: nil) }
        return MutableTree(taking: child)
    }
}
