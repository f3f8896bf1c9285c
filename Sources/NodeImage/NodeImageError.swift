import SystemPackage

/// Why a node image could not be made. Failures of resolving, composing and of libraries come as their own errors.
public enum NodeImageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The base has no database of installed packages that can be read here.
    case noPackageDatabase(commit: String, reason: String)

    /// One line: what failed, why, and what to do.
    public var description: String {
        switch self {
        case .noPackageDatabase(let commit, let reason):
            "the base commit \(commit) cannot be added to: \(reason); compose it with `rpmdb: sqlite`"
        }
    }
}
