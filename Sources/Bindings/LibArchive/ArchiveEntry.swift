/// One member of an archive, without its content.
public struct ArchiveEntry: Sendable, Equatable {
    /// What a member is.
    public enum Kind: Sendable, Equatable {
        /// A file with ``ArchiveEntry/size`` bytes of content.
        case regular
        /// A directory.
        case directory
        /// A symbolic link to `target`.
        case symlink(target: String)
        /// Another name of the member `target`, which came earlier.
        case hardlink(target: String)
        /// A device, FIFO or socket; only seen when reading.
        case special
    }

    /// The name inside the archive, with `/` between its parts.
    public var path: String
    /// What it is.
    public var kind: Kind
    /// The permission bits, without the file type.
    public var mode: UInt32
    /// The owner's number.
    public var uid: UInt32
    /// The group's number.
    public var gid: UInt32
    /// The number of bytes of content; 0 for anything but a regular file.
    public var size: Int64
    /// The modification time in seconds since 1970.
    public var modificationTime: Int64
    /// Extended attributes, in the order in which they are written.
    public var extendedAttributes: [ExtendedAttribute]

    /// One extended attribute.
    public struct ExtendedAttribute: Sendable, Equatable {
        /// The full name, such as `security.capability`.
        public var name: String
        /// The value.
        public var value: [UInt8]

        /// Makes an attribute.
        public init(name: String, value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    /// Makes a member that belongs to root, with time 0 and no extended attributes where nothing else is said.
    public init(
        path: String, kind: Kind, mode: UInt32, uid: UInt32 = 0, gid: UInt32 = 0, size: Int64 = 0,
        modificationTime: Int64 = 0, extendedAttributes: [ExtendedAttribute] = []
    ) {
        self.path = path
        self.kind = kind
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.size = size
        self.modificationTime = modificationTime
        self.extendedAttributes = extendedAttributes
    }
}

/// The file type bits of a mode (inode(7)); archive_entry.h has them as macros that Swift does not see.
enum FileType {
    static let mask: UInt32 = 0o170000
    static let regular: UInt32 = 0o100000
    static let directory: UInt32 = 0o040000
    static let symlink: UInt32 = 0o120000
}
