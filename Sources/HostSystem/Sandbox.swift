import SystemPackage

/// A bubblewrap sandbox: a file system put together from mounts, and nothing of the host besides.
///
/// The program in it sees its own process ids, host name and (unless ``network``) no network, has at most
/// ``capabilities``, and dies with this process. A value; ``command(_:)`` makes a ``Command`` of it.
public struct Sandbox: Sendable, Equatable {
    /// One step in building the sandbox's file system; later steps cover earlier ones.
    public enum Mount: Sendable, Equatable {
        /// The host's `source`, writable, at `destination`.
        case bind(source: FilePath, destination: FilePath)
        /// The host's `source`, read-only, at `destination`.
        case readOnlyBind(source: FilePath, destination: FilePath)
        /// An empty directory in memory.
        case temporary(FilePath)
        /// A directory; made where the file system below it allows that.
        case directory(FilePath)
        /// A symbolic link.
        case symlink(target: String, path: FilePath)
        /// The process file system.
        case proc(FilePath)
        /// A minimal `/dev`.
        case dev(FilePath)

        var arguments: [String] {
            switch self {
            case .bind(let source, let destination): ["--bind", source.string, destination.string]
            case .readOnlyBind(let source, let destination): ["--ro-bind", source.string, destination.string]
            case .temporary(let path): ["--tmpfs", path.string]
            case .directory(let path): ["--dir", path.string]
            case .symlink(let target, let path): ["--symlink", target, path.string]
            case .proc(let path): ["--proc", path.string]
            case .dev(let path): ["--dev", path.string]
            }
        }
    }

    /// The file system, in the order in which it is put together.
    public var mounts: [Mount]
    /// The whole environment of the program.
    public var environment: [String: String]
    /// The capabilities that a program run by root keeps, such as `CAP_CHOWN`; none are given that the caller lacks.
    public var capabilities: [String]
    /// Whether the host's network is visible.
    public var network: Bool
    /// The host name inside.
    public var hostName: String
    /// The directory to run in.
    public var workingDirectory: FilePath

    /// Describes a sandbox.
    public init(
        mounts: [Mount], environment: [String: String] = [:], capabilities: [String] = [], network: Bool = false,
        hostName: String = "localhost", workingDirectory: FilePath = "/"
    ) {
        self.mounts = mounts
        self.environment = environment
        self.capabilities = capabilities
        self.network = network
        self.hostName = hostName
        self.workingDirectory = workingDirectory
    }

    /// The run of a program in the sandbox; its exit status is the program's.
    ///
    /// - Parameter arguments: the program, as a path inside the sandbox or a name in its `PATH`, and its arguments.
    public func command(_ arguments: [String]) -> Command {
        var options = ["--die-with-parent", "--new-session", "--unshare-pid", "--unshare-ipc", "--unshare-cgroup-try"]
        options += ["--unshare-uts", "--hostname", hostName, "--clearenv", "--cap-drop", "ALL"]
        if !network { options.append("--unshare-net") }
        options += capabilities.flatMap { ["--cap-add", $0] }
        options += environment.sorted { $0.key < $1.key }.flatMap { ["--setenv", $0.key, $0.value] }
        options += mounts.flatMap(\.arguments)
        options += ["--chdir", workingDirectory.string, "--"]
        return Command("bwrap", options + arguments)
    }
}
