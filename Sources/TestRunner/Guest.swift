import Foundation
import Synchronization
import SystemPackage
import VirtualMachine

/// A machine that is up, and the SSH session to it.
public final class Guest: Sendable {
    private struct State {
        var boot: Machine.Boot
        var session: SSHSession
    }

    /// The machine.
    public let machine: Machine
    private let configuration: FilePath
    private let timeline: TimelineRecorder?
    private let state: Mutex<State>

    /// Waits until `machine` is ready and logs in.
    ///
    /// - Parameters:
    ///   - configuration: the machine's `ssh -F` file.
    ///   - timeline: told when the machine reboots.
    /// - Throws: ``MachineError``, `CancellationError`.
    public static func connect(
        to machine: Machine, configuration: FilePath, timeline: TimelineRecorder? = nil
    ) async throws -> Guest {
        let boot = try await machine.ready()
        let session = try await SSHSession.open(
            host: machine.identifier, configuration: configuration, files: machine.files)
        return Guest(
            machine: machine, configuration: configuration, timeline: timeline, boot: boot, session: session)
    }

    private init(
        machine: Machine, configuration: FilePath, timeline: TimelineRecorder?, boot: Machine.Boot, session: SSHSession
    ) {
        self.machine = machine
        self.configuration = configuration
        self.timeline = timeline
        state = Mutex(State(boot: boot, session: session))
    }

    /// The boot that the guest is in.
    public var boot: Machine.Boot { state.withLock { $0.boot } }

    /// The SSH session.
    public var session: SSHSession { state.withLock { $0.session } }

    /// Runs a command line as `core` and returns its output; any exit status but 0 is an error.
    @discardableResult
    public func run(_ command: String, input: [UInt8]? = nil) async throws -> String {
        try await session.run(command, input: input)
    }

    /// Reboots the guest and logs in again when it is ready.
    public func reboot() async throws {
        try await run("sudo systemctl --no-block reboot")
        try await reconnect()
    }

    /// Waits for the guest's next boot and logs in again.
    public func reconnect() async throws {
        let interrupted = timeline?.begin(.reboot)
        defer { if let interrupted { timeline?.begin(interrupted) } }
        await session.close()
        let next = try await machine.ready(after: boot)
        let session = try await SSHSession.open(
            host: machine.identifier, configuration: configuration, files: machine.files)
        state.withLock { $0 = State(boot: next, session: session) }
    }

    /// Ends the SSH session.
    public func disconnect() async { await session.close() }
}
