import CRPM

/// One entry of a package's file list.
public struct PackageFile: Sendable, Equatable {
    /// The absolute path.
    public var path: String
    /// Type and permissions, as in `st_mode`.
    public var mode: UInt32
    /// The owner's name.
    public var user: String
    /// The group's name.
    public var group: String
    /// Where a symbolic link points to; empty for other types.
    public var linkTarget: String
    /// File capabilities in the text form of cap_from_text(3); empty for none.
    public var capabilities: String
    /// Bytes of content.
    public var size: Int64
    /// The content's digest in hexadecimal; empty for what has no content.
    public var digest: String
    /// Languages of a translated file (`%lang`); empty for all.
    public var languages: [String]
    /// `RPMFILE_*` bits.
    public var flags: UInt32

    /// Named by the package but not in its payload (`%ghost`).
    public var isGhost: Bool { flags & RPMFILE_GHOST.rawValue != 0 }
    /// Documentation (`%doc`).
    public var isDocumentation: Bool { flags & RPMFILE_DOC.rawValue != 0 }
    /// A licence (`%license`).
    public var isLicense: Bool { flags & RPMFILE_LICENSE.rawValue != 0 }
    /// A directory.
    public var isDirectory: Bool { mode & 0o170000 == 0o040000 }
    /// A regular file.
    public var isRegular: Bool { mode & 0o170000 == 0o100000 }
    /// A symbolic link.
    public var isSymlink: Bool { mode & 0o170000 == 0o120000 }
}

extension PackageHeader {
    /// The file list, in the header's order (sorted by path).
    public func files() throws(RPMError) -> [PackageFile] {
        let flags = rpmfiFlags(RPMFI_KEEPHEADER.rawValue)
        guard let files = rpmfilesNew(nil, pointer, 0, flags) else {
            throw RPMError(operation: "read the file list of \(nevra)", message: "damaged header")
        }
        defer { rpmfilesFree(files) }
        guard let iterator = rpmfilesIter(files, Int32(RPMFI_ITER_FWD.rawValue)) else { return [] }
        defer { rpmfiFree(iterator) }
        var result: [PackageFile] = []
        result.reserveCapacity(Int(rpmfilesFC(files)))
        while rpmfiNext(iterator) >= 0 { result.append(PackageFile(iterator)) }
        return result
    }
}

extension PackageFile {
    /// The entry that `iterator` stands at.
    init(_ iterator: OpaquePointer) {
        path = text(rpmfiFN(iterator))
        mode = UInt32(rpmfiFMode(iterator))
        user = text(rpmfiFUser(iterator))
        group = text(rpmfiFGroup(iterator))
        linkTarget = text(rpmfiFLink(iterator))
        capabilities = text(rpmfiFCaps(iterator))
        size = Int64(rpmfiFSize(iterator))
        languages = text(rpmfiFLangs(iterator)).split(separator: "|").map(String.init)
        flags = rpmfiFFlags(iterator)
        let hex = rpmfiFDigestHex(iterator, nil)
        defer { free(hex) }
        digest = text(hex)
        if digest.allSatisfy({ $0 == "0" }) { digest = "" }
    }
}

/// A C string as text; empty for NULL.
func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
