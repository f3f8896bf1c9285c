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
}
