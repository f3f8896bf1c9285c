/// A tree that cannot be composed: what is wrong with which package, file or script, and what to do.
public enum ComposeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A package owns a path that an image-based system has no place for.
    case unsupportedPath(package: String, path: String)
    /// A package owns a special file.
    case unsupportedFile(package: String, path: String, kind: String)
    /// Two origins bring different content for one path.
    case fileConflict(path: String, first: String, second: String, reason: String, more: Int)
    /// A package brings a script that cannot be run.
    case unsupportedScript(package: String, kind: String, reason: String)
    /// A script exited with another status than 0.
    case scriptFailed(package: String, phase: String, status: Int32, output: [String])
    /// A file's owner is not in the tree's passwd or group.
    case unknownOwner(package: String, path: String, kind: String, name: String)
    /// File capabilities that cannot be understood.
    case invalidCapabilities(package: String, path: String, text: String)
    /// An overlay layer or an added file that cannot be used.
    case invalidLayer(layer: String, path: String, reason: String)
    /// A treefile key whose value does not fit the tree.
    case invalidSetting(key: String, reason: String)
    /// No kernel, or more than one.
    case kernel(String)
    /// What a step left behind cannot be stored.
    case unsupportedResult(path: String, reason: String)
    /// A system call failed.
    case system(operation: String, reason: String)

    /// One line: the cause.
    public var description: String {
        switch self {
        case .unsupportedPath(let package, let path):
            return "package \(package) owns \(path), which has no place in an image-based system (only /usr, /etc, "
                + "/opt, /boot, /var and /run have); remove it with remove-from-packages or change the package"
        case .unsupportedFile(let package, let path, let kind):
            return "package \(package) owns the \(kind) \(path), which OSTree cannot store"
        case .fileConflict(let path, let first, let second, let reason, let more):
            let others = more > 0 ? " (and \(more) more conflicts)" : ""
            return "\(first) and \(second) both own \(path), \(reason)\(others); remove one with remove-from-packages"
        case .unsupportedScript(let package, let kind, let reason):
            return "package \(package) has an unsupported script \(kind): \(reason)"
        case .scriptFailed(let package, let phase, let status, let output):
            let tail = output.isEmpty ? "it said nothing" : output.joined(separator: "; ")
            return "\(phase) of \(package) failed with status \(status): \(tail)"
        case .unknownOwner(let package, let path, let kind, let name):
            return "\(path) of package \(package) belongs to the \(kind) \(name), which the tree's \(kind) database "
                + "does not have; add a sysusers.d line for it"
        case .invalidCapabilities(let package, let path, let text):
            return "\(path) of package \(package) has capabilities that cannot be read: \(text)"
        case .invalidLayer(let layer, let path, let reason):
            return "layer \(layer): \(path): \(reason)"
        case .invalidSetting(let key, let reason):
            return "treefile key \(key): \(reason)"
        case .kernel(let message):
            return message
        case .unsupportedResult(let path, let reason):
            return "\(path) cannot be stored in the commit: \(reason)"
        case .system(let operation, let reason):
            return "cannot \(operation): \(reason)"
        }
    }
}
