/// What writes the root filesystems that only a kernel can write (xfs and btrfs).
public enum FilesystemBackend: String, Sendable, CaseIterable {
    /// The host's kernel, through a loop device; as root.
    case loop
    /// The kernel of libguestfs' virtual machine; as any user.
    case libguestfs
}

/// A backend that does not work on this machine, or not for this user.
public struct UnavailableBackend: Error, Sendable, Equatable, CustomStringConvertible {
    /// Which.
    public let backend: FilesystemBackend
    /// Why, and what to do about it.
    public let reason: String

    init(_ backend: FilesystemBackend, _ reason: String) {
        self.backend = backend
        self.reason = reason
    }

    /// Only root has loop devices.
    static let loopNeedsRoot = UnavailableBackend(.loop, "this user is not root")

    /// `a loop device cannot be used: <reason>`
    public var description: String {
        switch backend {
        case .loop: "a loop device cannot be used: \(reason)"
        case .libguestfs: "libguestfs cannot be used: \(reason)"
        }
    }
}
