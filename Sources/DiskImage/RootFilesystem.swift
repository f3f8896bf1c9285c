import Treefile

/// Filesystems that the root partition can have.
enum RootFilesystem: String, Sendable, CaseIterable {
    case ext4, xfs, btrfs

    /// What image.yaml's `rootfs` names.
    ///
    /// - Throws: ``DiskImageError/unsupportedRootFilesystem(_:)``.
    init(_ image: ImageConfig) throws(DiskImageError) {
        guard let known = RootFilesystem(rawValue: image.rootFileSystem) else {
            throw .unsupportedRootFilesystem(image.rootFileSystem)
        }
        self = known
    }

    /// The size below which its tools refuse to make it, in bytes.
    var minimumSize: Int64 {
        switch self {
        case .ext4: 0
        case .xfs: 300 * .mebibyte
        case .btrfs: 128 * .mebibyte
        }
    }

    /// The arguments of its `mkfs`, but for what it is made on.
    ///
    /// - Parameters:
    ///   - uuid: btrfs gets a random one and `uuid` later: a kernel does not mount two of one UUID.
    ///   - sectorSize: bytes of the disk's sectors; xfs would ask the device, or the file.
    func arguments(label: String, uuid: String, sectorSize: Int) -> [String] {
        switch self {
        case .ext4: ["-q", "-F", "-L", label, "-U", uuid]
        case .xfs: ["-q", "-f", "-L", label, "-m", "uuid=\(uuid)", "-d", "agcount=2", "-s", "size=\(sectorSize)"]
        case .btrfs: ["-q", "-f", "-L", label]
        }
    }
}
