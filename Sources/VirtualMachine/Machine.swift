import Foundation
import HostSystem
import Synchronization
import SystemPackage

/// A virtual machine that runs. It ends when nobody holds it any more, and when this process ends in any way.
public final class Machine: Sendable {
    /// What it is made of.
    public let description: MachineDescription
    /// Its UUID.
    public let identifier: String
    /// Where its files are.
    public let files: MachineFiles
    /// What happened to it, and a place to wait.
    public let events: MachineEvents
    /// QEMU's machine protocol.
    public let monitor: MonitorClient
    /// The port on 127.0.0.1 that leads to the guest's SSH.
    public let sshPort: Int
    /// What runs its instructions.
    public let accelerator: Accelerator

    private let process: BackgroundProcess
    private let console: ConsoleMonitor
    private let watcher: Task<Void, Never>
    private let exitIsExpected: Flag

    /// Starts a machine.
    ///
    /// - Parameters:
    ///   - description: what it is made of.
    ///   - identifier: its UUID.
    ///   - ignition: the Ignition config as JSON; nil for none.
    ///   - files: where its files go; both folders must exist.
    ///   - accelerator: what runs its instructions (``KVMProbe/choose()``).
    ///   - fatalPatterns: what on its console ends it; none of them for a test that wants the guest to fail.
    /// - Throws: ``MachineError`` or `CommandError` where it did not start.
    public static func launch(
        _ description: MachineDescription, identifier: String, ignition: [UInt8]?, files: MachineFiles,
        accelerator: Accelerator, fatalPatterns: [ConsolePattern] = ConsolePattern.all + [.ignitionFailure]
    ) async throws -> Machine {
        let preparation = MachinePreparation(description: description, files: files)
        try await preparation.makeDisk()
        if let ignition { try AtomicFile.write(ignition, to: files.ignition, mode: .ownerReadWrite) }
        if description.firmware == .uefi { try preparation.copyFirmwareVariables() }
        let arguments = QEMUArguments(
            description, files: files, accelerator: accelerator, identifier: identifier, hasIgnition: ignition != nil)
        let events = MachineEvents()
        let console = ConsoleMonitor(log: try LogFile(files.console), patterns: fatalPatterns) { events.fail($0) }
        let ports = PortMonitor(files: files, journal: try LogFile(files.journal), events: events) { console.tail }
        let channels = try QEMUArguments.Channel.all.map { (channel: $0, pair: try SocketPair()) }
        guard let monitorSocket = channels.first(where: { $0.channel == .monitor })?.pair.host else {
            throw MachineError(kind: .launch, reason: "QEMU has no monitor")
        }
        let monitor = try MonitorClient(monitorSocket)
        let process = try start(arguments, files: files, channels: channels.map(\.pair))
        ChannelReader.start(
            channels.map { channel, pair in
                switch channel {
                case .console: ChannelReader.Source(descriptor: pair.host) { console.receive($0) }
                case .monitor: ChannelReader.Source(descriptor: pair.host) { monitor.receive($0) }
                case .port(let port): ChannelReader.Source(descriptor: pair.host) { ports.receive($0, on: port) }
                }
            }
        ) { monitor.close() }
        let exitIsExpected = Flag()
        let watcher = Task {
            guard let status = await process.exit() else { return }
            if !exitIsExpected.isSet { events.fail(preparation.exitError(status, consoleTail: console.tail)) }
        }
        do {
            try await monitor.execute("qmp_capabilities")
            let network = try await monitor.execute(
                "human-monitor-command", arguments: ["command-line": "info usernet"], returning: String.self)
            let port = try preparation.sshPort(in: network)
            preparation.unlinkDisk()
            return Machine(
                description: description, identifier: identifier, files: files, events: events, monitor: monitor,
                sshPort: port, accelerator: accelerator, process: process, console: console, watcher: watcher,
                exitIsExpected: exitIsExpected)
        } catch {
            // Why QEMU ended says more than that it did not answer.
            let status = monitor.isClosed ? await process.exit() : nil
            watcher.cancel()
            await process.killAndWait()
            if let status { throw preparation.exitError(status, consoleTail: console.tail) }
            throw error
        }
    }

    /// Starts QEMU. Its ends of the channels are closed here, so that its end is the end of the channels.
    private static func start(
        _ arguments: QEMUArguments, files: MachineFiles, channels: [SocketPair]
    ) throws -> BackgroundProcess {
        defer { for pair in channels { try? pair.child.close() } }
        do {
            return try BackgroundProcess(
                Command(QEMUArguments.emulator, arguments.arguments), streams: .file(files.emulatorLog),
                descriptors: channels.map(\.child), coreDumps: false)
        } catch {
            for pair in channels { try? pair.host.close() }
            throw error
        }
    }

    private init(
        description: MachineDescription, identifier: String, files: MachineFiles, events: MachineEvents,
        monitor: MonitorClient, sshPort: Int, accelerator: Accelerator, process: BackgroundProcess,
        console: ConsoleMonitor, watcher: Task<Void, Never>, exitIsExpected: Flag
    ) {
        self.description = description
        self.identifier = identifier
        self.files = files
        self.events = events
        self.monitor = monitor
        self.sshPort = sshPort
        self.accelerator = accelerator
        self.process = process
        self.console = console
        self.watcher = watcher
        self.exitIsExpected = exitIsExpected
    }

    deinit { process.kill() }

    /// The last lines of the console.
    public var consoleTail: [String] { console.tail }

    /// QEMU's process id.
    public var processIdentifier: Int32 { process.processIdentifier }

    /// A boot that the guest said it had finished.
    public struct Boot: Sendable, Equatable {
        /// The kernel's random id of the boot.
        public let identifier: String
        /// The position after its message in ``Machine/events``.
        public let position: Int
    }

    /// Waits until the guest says that it is ready.
    ///
    /// - Parameter boot: the boot that was seen last; another one is waited for.
    /// - Throws: the ``MachineError`` that ended the machine, or `CancellationError`.
    public func ready(after boot: Boot? = nil) async throws -> Boot {
        let known = boot?.identifier
        let (position, message) = try await events.message(from: boot?.position ?? 0) { message in
            let words = message.words
            return message.port == .ready && words.count == 2 && words[0] == "ready" && words[1] != known
        }
        return Boot(identifier: message.words[1], position: position)
    }

    /// Runs `body`, and ends it (it is cancelled) when the machine cannot go on.
    ///
    /// - Throws: what `body` throws, or the ``MachineError`` that ended the machine.
    public func whileRunning<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws
        -> Result
    {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask(operation: body)
            group.addTask { [events] in throw try await events.untilFailure() }
            defer { group.cancelAll() }
            do {
                guard let result = try await group.next() else { throw CancellationError() }
                return result
            } catch {
                // A connection that broke because the machine died is not the cause, but may be noticed first.
                if case .ssh = (error as? MachineError)?.kind {
                    throw (try? await failure(within: .seconds(1))) ?? error
                }
                throw events.failure ?? error
            }
        }
    }

    private func failure(within limit: Duration) async throws -> MachineError {
        try await Deadline.run(within: limit) { [events] in
            try await events.untilFailure()
        } onExpiry: {
            CancellationError()
        }
    }

    /// From now on QEMU's end is no failure: the guest is about to power off.
    public func expectExit() { exitIsExpected.set() }

    /// Waits for QEMU's end.
    public func exit() async -> Int32? { await process.exit() }

    /// Waits for QEMU's end, no longer than `limit`; whether it ended.
    public func exited(within limit: Duration) async -> Bool {
        let status = try? await Deadline.run(within: limit) { [process] in
            await process.exit()
        } onExpiry: {
            CancellationError()
        }
        return status != nil
    }

    /// Asks the guest to power off; kills it where it has not done so within the limit.
    public func powerDown(within limit: Duration = .seconds(30)) async {
        expectExit()
        _ = try? await monitor.execute("system_powerdown")
        if await !exited(within: limit) { process.kill() }
        _ = await process.exit()
    }

    /// Ends the machine at once.
    public func kill() async {
        expectExit()
        await process.killAndWait()
        await watcher.value
    }
}

/// A switch that is turned on once.
final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
}
