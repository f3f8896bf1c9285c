/// A live image that cannot be made.
public enum LiveBuildError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The filesystem of a live system takes the files' owners from a folder, which only root can make.
    case needsRoot(String)
    /// A boot loader's configuration has no usable place for kernel arguments.
    case template(String, reason: String)

    /// One line: what is wrong, where, what to do.
    public var description: String {
        switch self {
        case .needsRoot(let filesystem):
            "image.yaml: `live-rootfs-fstype: \(filesystem)` needs root here, for the files' owners; use squashfs, or run "
                + "as root"
        case .template(let path, let reason):
            "live/\(path) of the configuration: \(reason)"
        }
    }
}
