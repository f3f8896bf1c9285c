/// What an inode has besides its content.
public struct Ext4Attributes: Sendable, Equatable {
    /// The numeric owner.
    public var owner: UInt32
    /// The numeric group.
    public var group: UInt32
    /// The lower twelve bits of a mode.
    public var permissions: UInt16
    /// Seconds since 1970.
    public var modificationTime: Int64
    /// Extended attributes by their full name, such as `security.selinux`, with the value that lgetxattr(2) gives.
    public var extendedAttributes: [String: [UInt8]]
    /// The immutable flag (`chattr +i`).
    public var isImmutable: Bool

    /// Attributes; root's where nobody else is named.
    public init(
        owner: UInt32 = 0, group: UInt32 = 0, permissions: UInt16, modificationTime: Int64,
        extendedAttributes: [String: [UInt8]] = [:], isImmutable: Bool = false
    ) {
        self.owner = owner
        self.group = group
        self.permissions = permissions
        self.modificationTime = modificationTime
        self.extendedAttributes = extendedAttributes
        self.isImmutable = isImmutable
    }
}
