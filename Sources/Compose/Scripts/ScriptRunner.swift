import Foundation
import HostSystem
import RPM
import Synchronization
import SystemPackage

/// Runs scripts in the tree's sandbox; what they print goes to the log, each line under the script's name.
struct ScriptRunner: Sendable {
    let sandbox: TreeSandbox
    /// Where the scripts' texts are kept while they run.
    let directory: FilePath
    let reporter: Reporter

    /// Runs a script of a package.
    ///
    /// - Parameters:
    ///   - argument: the number of installed instances that rpm would pass; nil for none.
    ///   - input: the bytes of its standard input.
    /// - Throws: ``ComposeError/scriptFailed(package:phase:status:output:)``
    func run(
        _ scriptlet: Scriptlet, package: String, phase: String, argument: String? = "1", input: [UInt8]? = nil
    ) async throws {
        var arguments = scriptlet.interpreter
        var mounts: [Sandbox.Mount] = []
        if !scriptlet.body.isEmpty {
            let file = directory.appending("scriptlet")
            try Data(scriptlet.body.utf8).write(to: URL(fileURLWithPath: file.string))
            try systemCall("change the mode of \(file)") { chmod(file.string, 0o755) }
            mounts.append(.readOnlyBind(source: file, destination: "/run/scriptlet"))
            arguments.append("/run/scriptlet")
            if let argument { arguments.append(argument) }
        }
        try await run(arguments, package: package, phase: phase, mounts: mounts, input: input)
    }

    /// Runs a script of the treefile.
    ///
    /// - Throws: ``ComposeError/scriptFailed(package:phase:status:output:)``
    func run(treefileScript bytes: [UInt8], name: String) async throws {
        let file = directory.appending("postprocess")
        try Data(bytes).write(to: URL(fileURLWithPath: file.string))
        try systemCall("change the mode of \(file)") { chmod(file.string, 0o755) }
        try await run(
            ["/run/postprocess"], package: "treefile", phase: name,
            mounts: [.readOnlyBind(source: file, destination: "/run/postprocess")])
    }

    /// Runs a program of the tree as one step of the compose.
    ///
    /// - Throws: ``ComposeError/scriptFailed(package:phase:status:output:)``
    func run(
        _ arguments: [String], package: String, phase: String, readOnly: Bool = false, mounts: [Sandbox.Mount] = [],
        environment: [String: String] = [:], input: [UInt8]? = nil
    ) async throws {
        let command = try sandbox.command(
            arguments, readOnly: readOnly, mounts: mounts, environment: environment)
        let tail = OutputTail()
        let output = try await command.capture(input: input) { [reporter] line in
            reporter.output("\(package).\(phase): \(line)")
            tail.append(line)
        }
        guard output.status == 0 else {
            throw ComposeError.scriptFailed(package: package, phase: phase, status: output.status, output: tail.lines)
        }
    }
}

/// The last lines of a program's output that are not empty.
private final class OutputTail: Sendable {
    private let stored = Mutex<[String]>([])

    var lines: [String] { stored.withLock { $0 } }

    func append(_ line: String) {
        let text = line.trimmingCharacters(in: .whitespaces)
        guard !text.isEmpty else { return }
        stored.withLock { lines in
            lines.append(text)
            if lines.count > 5 { lines.removeFirst() }
        }
    }
}
