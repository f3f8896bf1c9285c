import Foundation
import HostSystem
import SystemPackage

/// A connection to a guest through the OpenSSH client: one login, and each command a channel of it.
public final class SSHSession: Sendable {
    /// The configuration file; `ssh -F FILE NAME` logs in as long as the machine lives.
    public let configuration: FilePath
    /// The name of the machine in it.
    public let host: String

    private let control: FilePath
    private let master: BackgroundProcess

    /// What `ssh -F` needs for a machine.
    public static func configuration(host: String, port: Int, user: String, key: FilePath) -> String {
        """
        Host \(host)
          HostName 127.0.0.1
          Port \(port)
          User \(user)
          IdentityFile \(key)
          IdentitiesOnly yes
          StrictHostKeyChecking no
          UserKnownHostsFile /dev/null
          LogLevel ERROR
          BatchMode yes
          ServerAliveInterval 30
          ServerAliveCountMax 10

        """
    }

    /// Logs in.
    ///
    /// - Parameters:
    ///   - host: the machine's name in `configuration`.
    ///   - configuration: the file that says where it is and with which key.
    ///   - files: the machine's files: its control socket and log.
    /// - Throws: ``MachineError`` with what ssh said.
    public static func open(host: String, configuration: FilePath, files: MachineFiles) async throws -> SSHSession {
        let pair = try SocketPair()
        let master = try BackgroundProcess(
            Command(
                "ssh",
                [
                    "-F", configuration.string, "-M", "-N", "-S", files.sshControl.string, "-o", "ControlPersist=no",
                    "-o", "PermitLocalCommand=yes", "-o", "LocalCommand=echo connected", host,
                ]), streams: .output(pair.child, errors: files.sshLog))
        try? pair.child.close()
        // ssh runs the local command when it is logged in and listens on its control socket.
        let said = await withTaskCancellationHandler {
            (try? await Blocking.run { try firstBytes(of: pair.host) }) ?? []
        } onCancel: {
            master.kill()
        }
        try Task.checkCancellation()
        guard !said.isEmpty else {
            let status = await master.exit() ?? -1
            let log = String(decoding: (try? FileContent.read(files.sshLog)) ?? [], as: UTF8.self)
            let last = log.split(whereSeparator: \.isNewline).last.map { ": \($0)" } ?? ""
            throw MachineError(kind: .ssh, reason: "ssh to \(host) failed with status \(status)\(last)")
        }
        return SSHSession(configuration: configuration, host: host, control: files.sshControl, master: master)
    }

    private static func firstBytes(of descriptor: FileDescriptor) throws -> [UInt8] {
        try descriptor.closeAfter {
            var buffer = [UInt8](repeating: 0, count: 64)
            let count = try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
            return Array(buffer[..<count])
        }
    }

    private init(configuration: FilePath, host: String, control: FilePath, master: BackgroundProcess) {
        self.configuration = configuration
        self.host = host
        self.control = control
        self.master = master
    }

    /// Runs a command line in the guest's shell and returns what it left, whatever its exit status.
    ///
    /// - Throws: ``MachineError`` where the connection broke.
    public func capture(_ command: String, input: [UInt8]? = nil) async throws -> Command.Output {
        let output = try await self.command(command).capture(input: input)
        // 255 is ssh's own, but a command may exit with it too: the connection tells which.
        if output.status == 255, await isBroken() {
            throw MachineError(kind: .ssh, reason: "the SSH connection to \(host) broke during `\(command)`")
        }
        return output
    }

    private func isBroken() async -> Bool {
        let status = try? await Deadline.run(within: .milliseconds(500)) { [master] in
            await master.exit()
        } onExpiry: {
            CancellationError()
        }
        return status != nil
    }

    /// Runs a command line in the guest's shell; any exit status but 0 is an error.
    ///
    /// - Throws: ``GuestCommandError``.
    @discardableResult
    public func run(_ command: String, input: [UInt8]? = nil) async throws -> String {
        let output = try await capture(command, input: input)
        guard output.status == 0 else {
            throw GuestCommandError(
                command: command, status: output.status, output: output.text, errors: output.standardError)
        }
        return output.text
    }

    /// The ssh command that runs `command` through this session; a login shell where it is nil.
    public func command(_ command: String?, terminal: Bool = false) -> Command {
        var arguments = ["-F", configuration.string, "-S", control.string, "-o", "ControlMaster=no"]
        if terminal { arguments.append("-t") }
        arguments.append(host)
        if let command { arguments += ["--", command] }
        return Command("ssh", arguments)
    }

    /// Ends the connection.
    public func close() async { await master.killAndWait() }
}

/// A command in a guest that failed.
public struct GuestCommandError: Error, Sendable, CustomStringConvertible {
    /// The command line.
    public let command: String
    /// Its exit status.
    public let status: Int32
    /// Its standard output.
    public let output: String
    /// Its standard error.
    public let errors: String

    /// One line: the command, its status and the last lines of what it said.
    public var description: String {
        let said = (errors.isEmpty ? output : errors).split(whereSeparator: \.isNewline).suffix(3)
            .joined(separator: "; ")
        return "`\(command)` in the guest failed with status \(status)" + (said.isEmpty ? "" : ": \(said)")
    }
}
