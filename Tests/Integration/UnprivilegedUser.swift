import HostSystem
import SystemPackage
import TestSupport

/// A user without privileges with a copy of a working directory, and `cosa` run in it.
struct UnprivilegedUser {
    private let workspace: Workspace
    private let program: FilePath
    let home: FilePath

    var work: FilePath { home.appending("work") }

    /// Copies a working directory but for its raw images.
    init(copying workspace: Workspace) async throws {
        self.workspace = workspace
        (home, program) = (workspace.root.appending("nobody"), workspace.root.appending("cosa"))
        try await Command(
            "sh",
            [
                "-c",
                """
                chmod 755 "$1" && mkdir -p "$2" && cp -a "$1/work" "$2" && rm -rf "$2/work/tmp/disk" "$2/work/tmp/lock" &&
                chown -R 65534:65534 "$2" && cp "$3" "$4" && chmod 755 "$4"
                """, "sh", workspace.root.path.string, home.string, Tool.path("cosa"), program.string,
            ]
        ).run()
    }

    /// Runs `cosa` in the copy.
    ///
    /// - Parameter hiding: directories of the host that are empty for it.
    func cosa(
        _ arguments: String..., environment: [String: String?] = [:], hiding: [String] = []
    ) async throws -> Workspace.Run {
        let user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program.string] + arguments
        let hidden = ["bwrap", "--dev-bind", "/", "/"] + hiding.flatMap { ["--tmpfs", $0] }
        let command = (hiding.isEmpty ? [] : hidden) + user
        let output = try await Command(
            command[0], Array(command.dropFirst()),
            environment: environment.merging(["HOME": home.string, "XDG_CACHE_HOME": nil]) { $1 },
            workingDirectory: work
        ).capture()
        return Workspace.Run(arguments: arguments, output: output)
    }
}
