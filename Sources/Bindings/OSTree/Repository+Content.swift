import COSTree
import GLib

/// A commit object, parsed (ostree-core.h, `OSTREE_COMMIT_GVARIANT_FORMAT`).
public struct CommitObject: Sendable {
    /// The commit's metadata (`a{sv}`).
    public let metadata: Variant
    /// The one-line summary; often empty.
    public let subject: String
    /// Seconds since 1970.
    public let timestamp: Int64
    /// The root's dirtree.
    public let rootContents: String
    /// The root's dirmeta.
    public let rootMetadata: String
}

extension CommitObject {
    fileprivate init(_ object: Variant) {
        self.init(
            metadata: object[0], subject: object[3].string ?? "",
            timestamp: Int64(bitPattern: UInt64(bitPattern: object[5].integer ?? 0).byteSwapped),
            rootContents: hexadecimal(object[6]), rootMetadata: hexadecimal(object[7]))
    }

    /// Reads a commit's serialised form, whose checksum nobody has looked at yet.
    public init(serialized: [UInt8]) {
        self.init(Variant.deserialized(serialized, type: MetadataType.commit.variantType))
    }
}

/// A dirtree object, parsed: what a directory holds. Both lists are sorted by name.
public struct DirectoryTree: Sendable {
    /// Names with the checksums of content objects.
    public let files: [(name: String, checksum: String)]
    /// Names with the checksums of dirtree and dirmeta.
    public let directories: [(name: String, contents: String, metadata: String)]
}

/// A dirmeta object, parsed.
public struct DirectoryMetadata: Sendable {
    /// The owner.
    public let uid: UInt32
    /// The group.
    public let gid: UInt32
    /// The mode with its file type bits.
    public let mode: UInt32
    /// The extended attributes (`a(ayay)`).
    public let extendedAttributes: Variant
}

/// What a content object is, without its bytes.
public struct ContentInfo: Sendable {
    /// The owner.
    public let uid: UInt32
    /// The group.
    public let gid: UInt32
    /// The mode with its file type bits.
    public let mode: UInt32
    /// The number of bytes; 0 for a symbolic link.
    public let size: Int64
    /// Where a symbolic link points; nil for a regular file.
    public let symlinkTarget: String?
    /// The extended attributes (`a(ayay)`, names with a NUL at their end).
    public let extendedAttributes: Variant
}

/// A content object that is being read.
public final class ContentReader {
    /// What the object is.
    public let info: ContentInfo
    private let checksum: String
    private let stream: UnsafeMutablePointer<GInputStream>?

    init(info: ContentInfo, checksum: String, taking stream: UnsafeMutablePointer<GInputStream>?) {
        self.info = info
        self.checksum = checksum
        self.stream = stream
    }

    deinit { if let stream { g_object_unref(UnsafeMutableRawPointer(stream)) } }

    /// Puts the next bytes into `buffer` and returns how many there are; 0 at the end and for symbolic links.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(GLibError) -> Int {
        guard let stream else { return 0 }
        var count = 0
        try checked("read the object \(checksum).file") {
            count = g_input_stream_read(stream, buffer.baseAddress, gsize(buffer.count), nil, $0)
            return count < 0 ? 0 : 1
        }
        return count
    }
}

extension Repository {
    /// Reads a commit.
    public func commit(_ checksum: String) throws(GLibError) -> CommitObject {
        CommitObject(try load(.commit, checksum))
    }

    /// The metadata kept beside a commit (signatures); nil where there is none.
    public func detachedMetadata(of commit: String) throws(GLibError) -> Variant? {
        var result: OpaquePointer?
        try checked("read the detached metadata of \(commit)") {
            ostree_repo_read_commit_detached_metadata(pointer, commit, &result, nil, $0)
        }
        return result.map { Variant(taking: $0) }
    }

    /// Reads a dirtree.
    public func directoryTree(_ checksum: String) throws(GLibError) -> DirectoryTree {
        let object = try load(.dirtree, checksum)
        return DirectoryTree(
            files: object[0].children.map { ($0[0].string ?? "", hexadecimal($0[1])) },
            directories: object[1].children.map { ($0[0].string ?? "", hexadecimal($0[1]), hexadecimal($0[2])) })
    }

    /// Reads a dirmeta.
    public func directoryMetadata(_ checksum: String) throws(GLibError) -> DirectoryMetadata {
        let object = try load(.dirmeta, checksum)
        func number(_ index: Int) -> UInt32 { UInt32(truncatingIfNeeded: object[index].integer ?? 0).byteSwapped }
        return DirectoryMetadata(uid: number(0), gid: number(1), mode: number(2), extendedAttributes: object[3])
    }

    /// What a content object is; its bytes are not touched.
    public func contentInfo(_ checksum: String) throws(GLibError) -> ContentInfo {
        try loadContent(checksum, stream: nil)
    }

    /// Opens a content object.
    public func openContent(_ checksum: String) throws(GLibError) -> ContentReader {
        var stream: UnsafeMutablePointer<GInputStream>?
        let info = try loadContent(checksum, stream: &stream)
        return ContentReader(info: info, checksum: checksum, taking: stream)
    }

    private func loadContent(
        _ checksum: String, stream: UnsafeMutablePointer<UnsafeMutablePointer<GInputStream>?>?
    ) throws(GLibError) -> ContentInfo {
        var file: OpaquePointer?
        var attributes: OpaquePointer?
        let operation = "read the object \(checksum).file of \(path)"
        try checked(operation) { ostree_repo_load_file(pointer, checksum, stream, &file, &attributes, nil, $0) }
        defer { if let file { g_object_unref(UnsafeMutableRawPointer(file)) } }
        let extendedAttributes = attributes.map { Variant(taking: $0) }
        guard let file, let extendedAttributes else { throw GLibError(operation: operation, consuming: nil) }
        let isSymlink = g_file_info_get_file_type(file) == G_FILE_TYPE_SYMBOLIC_LINK
        let target = isSymlink ? g_file_info_get_symlink_target(file).map { String(cString: $0) } : nil
        return ContentInfo(
            uid: g_file_info_get_attribute_uint32(file, "unix::uid"),
            gid: g_file_info_get_attribute_uint32(file, "unix::gid"),
            mode: g_file_info_get_attribute_uint32(file, "unix::mode"),
            size: isSymlink ? 0 : Int64(g_file_info_get_size(file)), symlinkTarget: target,
            extendedAttributes: extendedAttributes)
    }
}

private func hexadecimal(_ checksum: Variant) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
        decoding: (checksum.bytes ?? []).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
