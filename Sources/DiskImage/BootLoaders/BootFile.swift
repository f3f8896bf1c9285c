import Deployment

/// A file that a boot loader needs on the boot partition or on the EFI system partition.
public struct BootFile: Sendable, Equatable {
    /// Its path on the partition, without a slash at the beginning.
    public let path: String
    /// Its bytes.
    public let content: FileTreeEntry.Content
    /// Its permissions, where the filesystem has any.
    public let permissions: UInt16

    /// A file.
    public init(_ path: String, _ content: FileTreeEntry.Content, permissions: UInt16 = 0o644) {
        self.path = path
        self.content = content
        self.permissions = permissions
    }

    init(_ path: String, text: String, permissions: UInt16 = 0o644) {
        self.init(path, .bytes(Array(text.utf8)), permissions: permissions)
    }
}

/// What a boot loader puts on a disk, besides what libostree writes.
public struct BootLoaderFiles: Sendable, Equatable {
    /// The files of the boot partition.
    public var boot: [BootFile]
    /// The files of the EFI system partition.
    public var efiSystem: [BootFile]
    /// What firmware that reads no filesystem boots with.
    var grub: FirmwareGRUB?
}
