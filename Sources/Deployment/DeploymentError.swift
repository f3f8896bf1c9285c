/// A sysroot that cannot be made.
public enum DeploymentError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A bare repository keeps owners, which only root may set.
    case needsRoot

    /// One line: what is in the way.
    public var description: String {
        switch self {
        case .needsRoot: "making a disk image needs root, because a deployed system's files have their real owners"
        }
    }
}
