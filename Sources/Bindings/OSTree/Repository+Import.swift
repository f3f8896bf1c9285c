import COSTree
import GLib

/// A regular file object that is being written; belongs to one thread. Dropping it unfinished drops the object.
public final class ContentWriter {
    private let pointer: OpaquePointer
    private var missing: UInt64

    init(taking pointer: OpaquePointer, length: UInt64) {
        self.pointer = pointer
        missing = length
    }

    deinit { g_object_unref(UnsafeMutableRawPointer(pointer)) }

    /// Adds content.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(GLibError) {
        guard !bytes.isEmpty else { return }
        guard UInt64(bytes.count) <= missing else { throw lengthError }
        missing -= UInt64(bytes.count)
        let stream = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: GOutputStream.self)
        var written: gsize = 0
        try checked("write an OSTree object") {
            g_output_stream_write_all(stream, bytes.baseAddress, gsize(bytes.count), &written, nil, $0)
        }
    }

    /// Ends the object and returns its checksum; all of the announced content must have been written.
    public func finish() throws(GLibError) -> String {
        // libostree would store the shorter content under a checksum that it does not have.
        guard missing == 0 else { throw lengthError }
        let checksum = try unwrapped("finish an OSTree object") { ostree_content_writer_finish(pointer, nil, $0) }
        defer { g_free(checksum) }
        return String(cString: checksum)
    }

    private var lengthError: GLibError {
        GLibError(operation: "write an OSTree object of another length than announced", consuming: nil)
    }
}

extension Repository {
    /// Begins a regular file object of `length` bytes.
    public func beginFile(_ attributes: FileAttributes, length: UInt64) throws(GLibError) -> ContentWriter {
        let extended = attributes.extendedAttributesVariant
        let writer = try unwrapped("write a file object in \(path)") { error in
            withExtendedLifetime(extended) {
                ostree_repo_write_regfile(
                    pointer, nil, attributes.uid, attributes.gid, 0o100000 | attributes.permissions, guint64(length),
                    extended.pointer, error)
            }
        }
        return ContentWriter(taking: writer, length: length)
    }

    /// Writes a regular file object whose content is at hand and returns its checksum.
    public func writeFile(_ attributes: FileAttributes, _ content: [UInt8]) throws(GLibError) -> String {
        let writer = try beginFile(attributes, length: UInt64(content.count))
        let result = content.withUnsafeBytes { bytes in
            Result { () throws(GLibError) in try writer.write(bytes) }
        }
        try result.get()
        return try writer.finish()
    }

    /// Writes a symbolic link object and returns its checksum; permissions do not apply.
    public func writeSymlink(
        to target: String, uid: UInt32 = 0, gid: UInt32 = 0, extendedAttributes: [String: [UInt8]] = [:]
    ) throws(GLibError) -> String {
        let extended = FileAttributes(permissions: 0, extendedAttributes: extendedAttributes).extendedAttributesVariant
        let checksum = try unwrapped("write a link object in \(path)") { error in
            withExtendedLifetime(extended) {
                ostree_repo_write_symlink(pointer, nil, uid, gid, extended.pointer, target, nil, error)
            }
        }
        defer { g_free(checksum) }
        return String(cString: checksum)
    }

    /// Writes a directory metadata object and returns its checksum.
    public func writeDirectoryMetadata(_ attributes: FileAttributes) throws(GLibError) -> String {
        var raw: UnsafeMutablePointer<guchar>?
        let object = attributes.directoryMetadata
        try checked("write a directory object in \(path)") { error in
            withExtendedLifetime(object) {
                ostree_repo_write_metadata(pointer, OSTREE_OBJECT_TYPE_DIR_META, nil, object.pointer, &raw, nil, error)
            }
        }
        defer { g_free(raw) }
        let checksum = ostree_checksum_from_bytes(raw)
        defer { g_free(checksum) }
        return checksum.map { String(cString: $0) } ?? ""
    }

    /// The attributes in a directory metadata object.
    public func directoryAttributes(_ checksum: String) throws(GLibError) -> FileAttributes {
        guard let attributes = FileAttributes(directoryMetadata: try load(.dirmeta, checksum)) else {
            throw GLibError(operation: "read dirmeta \(checksum) of \(path)", consuming: nil)
        }
        return attributes
    }
}
