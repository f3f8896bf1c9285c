import COSTree
import GLib

/// The metadata that OSTree keeps for a file or directory.
public struct FileAttributes: Sendable, Hashable {
    /// The owner's number.
    public var uid: UInt32
    /// The group's number.
    public var gid: UInt32
    /// Permission bits, set-uid, set-gid and sticky included, without the file type.
    public var permissions: UInt32
    /// Extended attributes by name.
    public var extendedAttributes: [String: [UInt8]]

    /// Describes a file or directory; owned by root where nothing else is said.
    public init(
        uid: UInt32 = 0, gid: UInt32 = 0, permissions: UInt32, extendedAttributes: [String: [UInt8]] = [:]
    ) {
        self.uid = uid
        self.gid = gid
        self.permissions = permissions
        self.extendedAttributes = extendedAttributes
    }

    /// The `a(ayay)` form: names end in NUL and are sorted, so that equal attributes have equal checksums.
    var extendedAttributesVariant: Variant {
        .array(
            of: "(ayay)",
            extendedAttributes.sorted { $0.key < $1.key }.map { name, value in
                .tuple([.bytes(Array(name.utf8) + [0]), .bytes(value)])
            })
    }

    /// The directory metadata object `(uuua(ayay))`, numbers in big endian (ostree-core.h, OSTREE_DIRMETA_GVARIANT_FORMAT).
    var directoryMetadata: Variant {
        .tuple([
            .uint32(uid.bigEndian), .uint32(gid.bigEndian), .uint32((0o040000 | permissions).bigEndian),
            extendedAttributesVariant,
        ])
    }

    /// Reads a directory metadata object.
    init?(directoryMetadata variant: Variant) {
        guard variant.count == 4, let uid = variant[0].integer, let gid = variant[1].integer,
            let mode = variant[2].integer
        else { return nil }
        self.init(
            uid: UInt32(truncatingIfNeeded: uid).bigEndian, gid: UInt32(truncatingIfNeeded: gid).bigEndian,
            permissions: UInt32(truncatingIfNeeded: mode).bigEndian & 0o7777)
        extendedAttributes = Self.dictionary(variant[3])
    }

    /// The attributes of a content object.
    public init(_ content: ContentInfo) {
        self.init(
            uid: content.uid, gid: content.gid, permissions: content.mode & 0o7777,
            extendedAttributes: Self.dictionary(content.extendedAttributes))
    }

    private static func dictionary(_ attributes: Variant) -> [String: [UInt8]] {
        var dictionary: [String: [UInt8]] = [:]
        for pair in attributes.children {
            guard let name = pair[0].bytes, let value = pair[1].bytes else { continue }
            dictionary[String(decoding: name.dropLast(), as: UTF8.self)] = value
        }
        return dictionary
    }
}

extension FileAttributes {
    /// - Parameter extendedAttributes: an `a(ayay)`, names with a NUL at their end.
    fileprivate init(uid: UInt32, gid: UInt32, mode: UInt32, extendedAttributes: Variant) {
        self.init(uid: uid, gid: gid, permissions: mode & 0o7777)
        for pair in extendedAttributes.children {
            guard let name = pair[0].bytes, let value = pair[1].bytes else { continue }
            self.extendedAttributes[String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)] = value
        }
    }
}

extension DirectoryMetadata {
    /// Owner, permissions and extended attributes.
    public var attributes: FileAttributes {
        FileAttributes(uid: uid, gid: gid, mode: mode, extendedAttributes: extendedAttributes)
    }
}

extension ContentInfo {
    /// Owner, permissions and extended attributes.
    public var attributes: FileAttributes {
        FileAttributes(uid: uid, gid: gid, mode: mode, extendedAttributes: extendedAttributes)
    }
}
