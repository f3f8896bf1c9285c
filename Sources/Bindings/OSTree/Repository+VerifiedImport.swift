import COSTree
import GLib

/// Writing objects whose checksums are known beforehand: the library computes them again, and refuses others.
extension Repository {
    /// Whether an object is there, also one written in the running transaction.
    public func contains(content checksum: String) throws(GLibError) -> Bool {
        try hasObject(OSTREE_OBJECT_TYPE_FILE, checksum)
    }

    /// Whether an object is there, also one written in the running transaction.
    public func contains(_ type: MetadataType, _ checksum: String) throws(GLibError) -> Bool {
        try hasObject(type.raw, checksum)
    }

    /// Writes a metadata object from its serialised form.
    public func importMetadata(_ type: MetadataType, _ checksum: String, bytes: [UInt8]) throws(GLibError) {
        let object = Variant.deserialized(bytes, type: type.variantType)
        try checked("write the object \(checksum).\(type)") {
            ostree_repo_write_metadata(pointer, type.raw, checksum, object.pointer, nil, nil, $0)
        }
    }

    /// Writes the metadata that is kept beside a commit from its serialised form.
    public func importDetachedMetadata(of commit: String, bytes: [UInt8]) throws(GLibError) {
        let metadata = Variant.deserialized(bytes, type: "a{sv}")
        try checked("write the detached metadata of \(commit)") {
            ostree_repo_write_commit_detached_metadata(pointer, commit, metadata.pointer, nil, $0)
        }
    }

    /// Writes a symbolic link.
    ///
    /// - Parameter extendedAttributes: the serialised `a(ayay)`.
    public func importSymlink(
        _ checksum: String, target: String, uid: UInt32, gid: UInt32, extendedAttributes: [UInt8]
    ) throws(GLibError) {
        let attributes = Variant.deserialized(extendedAttributes, type: "a(ayay)")
        let written = try unwrapped("write the object \(checksum).file") {
            ostree_repo_write_symlink(pointer, checksum, uid, gid, attributes.pointer, target, nil, $0)
        }
        g_free(written)
    }

    /// Writes a regular file whose content comes from `read`, which fills a buffer and returns how many bytes there are.
    ///
    /// - Parameters:
    ///   - mode: the permission bits.
    ///   - extendedAttributes: the serialised `a(ayay)`.
    /// - Throws: `GLibError`, or what `read` throws.
    public func importRegularFile(
        _ checksum: String, uid: UInt32, gid: UInt32, mode: UInt32, size: Int64, extendedAttributes: [UInt8],
        read: (UnsafeMutableRawBufferPointer) throws -> Int
    ) throws {
        let operation = "write the object \(checksum).file"
        let attributes = Variant.deserialized(extendedAttributes, type: "a(ayay)")
        let regular: UInt32 = 0o100000
        let writer = try unwrapped(operation) {
            ostree_repo_write_regfile(
                pointer, checksum, uid, gid, regular | mode, guint64(size), attributes.pointer, $0)
        }
        let stream = UnsafeMutableRawPointer(writer).assumingMemoryBound(to: GOutputStream.self)
        defer { g_object_unref(stream) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try read(buffer)
            if count == 0 { break }
            try checked(operation) {
                g_output_stream_write_all(stream, buffer.baseAddress, gsize(count), nil, nil, $0)
            }
        }
        let written = try unwrapped(operation) { ostree_content_writer_finish(writer, nil, $0) }
        g_free(written)
    }

    private func hasObject(_ type: OstreeObjectType, _ checksum: String) throws(GLibError) -> Bool {
        var found: gboolean = 0
        try checked("look for the object \(checksum) in \(path)") {
            ostree_repo_has_object(pointer, type, checksum, &found, nil, $0)
        }
        return found != 0
    }
}

extension MetadataType {
    /// The GVariant type of the object (ostree-core.h).
    var variantType: String {
        switch self {
        case .commit: "(a{sv}aya(say)sstayay)"
        case .dirtree: "(a(say)a(sayay))"
        case .dirmeta: "(uuua(ayay))"
        }
    }
}

extension Variant {
    /// A value from its serialised form, which may be damaged: reading one gives defaults then, never other memory.
    static func deserialized(_ bytes: [UInt8], type: String) -> Variant {
        let variantType = g_variant_type_new(type)
        defer { g_variant_type_free(variantType) }
        let holder = bytes.withUnsafeBytes { g_bytes_new($0.baseAddress, gsize($0.count)) }
        defer { g_bytes_unref(holder) }
        return Variant(taking: g_variant_new_from_bytes(variantType, holder, 0))
    }
}
