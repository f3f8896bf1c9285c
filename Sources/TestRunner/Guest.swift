import HostSystem
import Synchronization
import SystemPackage
import VirtualMachine

/// A machine that is up, and the ways to it: commands as root over its port, and SSH as `core`.
public final class Guest: Sendable {
    private struct State {
        var boot: Machine.Boot
        var session: Task<SSHSession, any Error>?
    }

    /// The machine.
    public let machine: Machine
    private let configuration: FilePath
    private let timeline: TimelineRecorder?
    private let state: Mutex<State>

    /// Waits until `machine` is ready.
    ///
    /// - Parameters:
    ///   - configuration: the machine's `ssh -F` file.
    ///   - timeline: told when the machine reboots.
    /// - Throws: ``MachineError``, `CancellationError`.
    public static func connect(
        to machine: Machine, configuration: FilePath, timeline: TimelineRecorder? = nil
    ) async throws -> Guest {
        Guest(
            machine: machine, configuration: configuration, timeline: timeline, boot: try await machine.ready())
    }

    private init(
        machine: Machine, configuration: FilePath, timeline: TimelineRecorder?, boot: Machine.Boot
    ) {
        self.machine = machine
        self.configuration = configuration
        self.timeline = timeline
        state = Mutex(State(boot: boot))
    }

    /// The boot that the guest is in.
    public var boot: Machine.Boot { state.withLock { $0.boot } }

    /// Commands as root, over the machine's port.
    public var commands: CommandPort { machine.commands }

    /// The SSH session of this boot. The first call logs in, which takes a second or two where the processor is emulated.
    ///
    /// - Throws: ``MachineError``.
    public func session() async throws -> SSHSession {
        let login = state.withLock { state in
            let login =
                state.session
                ?? Task { [machine, configuration] in
                    try await SSHSession.open(
                        host: machine.identifier, configuration: configuration, files: machine.files)
                }
            state.session = login
            return login
        }
        return try await withTaskCancellationHandler {
            try await login.value
        } onCancel: {
            login.cancel()
        }
    }

    /// Runs a command line as `core` over SSH and returns its output; any exit status but 0 is an error.
    @discardableResult
    public func run(_ command: String, input: [UInt8]? = nil) async throws -> String {
        try await session().run(command, input: input)
    }

    /// Reboots the guest and waits until it is ready again.
    public func reboot() async throws {
        try await commands.run("systemctl --no-block reboot")
        try await untilRebooted()
    }

    /// Waits for the guest's next boot.
    public func untilRebooted() async throws {
        let interrupted = timeline?.begin(.reboot)
        defer { if let interrupted { timeline?.begin(interrupted) } }
        let next = try await machine.ready(after: boot)
        await disconnect()
        state.withLock { $0.boot = next }
    }

    /// Ends the SSH session.
    public func disconnect() async {
        let login = state.withLock { state in
            defer { state.session = nil }
            return state.session
        }
        await (try? login?.value)?.close()
    }
}
