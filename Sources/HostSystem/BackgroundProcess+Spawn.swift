import CLinux
import Foundation
import SystemPackage

extension BackgroundProcess {
    /// The arguments of one posix_spawn.
    struct Spawn: Sendable {
        private let arguments: [String]
        private let environment: [String]
        private let workingDirectory: FilePath?
        private let streams: StandardStreams
        private let descriptors: [Int32]

        init(
            _ command: Command, streams: StandardStreams, descriptors: [FileDescriptor], coreDumps: Bool,
            endsWithOwner: Bool = true
        ) throws {
            guard let executable = Self.find(command.executable) else {
                throw CommandError(command: command, status: nil, detail: "not found in PATH")
            }
            var arguments = endsWithOwner ? ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"] : []
            if !coreDumps { arguments += ["/usr/bin/prlimit", "--core=0:0", "--"] }
            self.arguments = arguments + [executable] + command.arguments
            var variables = ProcessInfo.processInfo.environment
            for (name, value) in command.environment { variables[name] = value }
            environment = variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            workingDirectory = command.workingDirectory
            self.streams = streams
            self.descriptors = descriptors.map(\.rawValue)
        }

        /// Starts the program; to be called on the thread that stays until the program ends.
        func run() -> Result<Int32, Errno> {
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
            posix_spawn_file_actions_init(&actions)
            posix_spawnattr_init(&attributes)
            defer {
                posix_spawn_file_actions_destroy(&actions)
                posix_spawnattr_destroy(&attributes)
            }
            addFiles(to: &actions)
            setAttributes(&attributes)
            var processIdentifier: pid_t = 0
            let code = withCStrings(arguments) { argv in
                withCStrings(environment) { envp in
                    posix_spawn(&processIdentifier, arguments[0], &actions, &attributes, argv, envp)
                }
            }
            return code == 0 ? .success(processIdentifier) : .failure(Errno(rawValue: code))
        }

        private func addFiles(to actions: inout posix_spawn_file_actions_t) {
            addStandardStreams(to: &actions)
            // First to numbers that none of them has, so that no copy overwrites one that is still to be copied.
            let free = (descriptors.max() ?? 0) + Int32(descriptors.count) + 3
            for (index, descriptor) in descriptors.enumerated() {
                posix_spawn_file_actions_adddup2(&actions, descriptor, free + Int32(index))
            }
            for index in descriptors.indices {
                posix_spawn_file_actions_adddup2(&actions, free + Int32(index), 3 + Int32(index))
            }
            posix_spawn_file_actions_addclosefrom_np(&actions, 3 + Int32(descriptors.count))
            if let workingDirectory {
                posix_spawn_file_actions_addchdir_np(&actions, workingDirectory.string)
            }
        }

        private func addStandardStreams(to actions: inout posix_spawn_file_actions_t) {
            let append = O_WRONLY | O_CREAT | O_APPEND
            switch streams {
            case .inherited: return
            case .file(let path):
                posix_spawn_file_actions_addopen(&actions, 1, path.string, append, 0o644)
                posix_spawn_file_actions_adddup2(&actions, 1, 2)
            case .output(let descriptor, let errors):
                posix_spawn_file_actions_adddup2(&actions, descriptor.rawValue, 1)
                posix_spawn_file_actions_addopen(&actions, 2, errors.string, append, 0o644)
            }
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }

        private func setAttributes(_ attributes: inout posix_spawnattr_t) {
            var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
            var none = sigset_t()
            sigemptyset(&none)
            posix_spawnattr_setsigmask(&attributes, &none)
            var all = sigset_t()
            sigfillset(&all)
            posix_spawnattr_setsigdefault(&attributes, &all)
            switch streams {
            case .inherited: break
            case .file, .output:
                // Ctrl-C is for the owner, which then ends the program in good order. A session rather than a process group:
                // a background group that touches its terminal is stopped, as SSH's master would be by a shell on it.
                flags |= cosa_spawn_new_session
            }
            posix_spawnattr_setflags(&attributes, Int16(flags))
        }

        private static func find(_ name: String) -> String? {
            if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
            let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin"
            return path.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
        }

        private func withCStrings<Result>(
            _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
        ) -> Result {
            let pointers = strings.map { strdup($0) }
            defer { pointers.forEach { free($0) } }
            return body(pointers + [nil])
        }
    }
}
