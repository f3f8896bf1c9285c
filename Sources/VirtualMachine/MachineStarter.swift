import HostSystem
import SystemPackage

/// Starts QEMU with its channels, and makes a ``Machine`` of it.
struct MachineStarter: Sendable {
    var description: MachineDescription
    let identifier: String
    let files: MachineFiles
    let accelerator: Accelerator
    let fatalPatterns: [ConsolePattern]
    let hasIgnition: Bool
    let start: QEMUArguments.Start
    /// Where its card on a segment leads to; nil for nowhere.
    var segment: NetworkSegment?
    /// Gets what the guest writes to its console.
    var onConsole: (@Sendable ([UInt8]) -> Void)?

    /// What a started machine is made of.
    struct Parts {
        let description: MachineDescription
        let identifier: String
        let files: MachineFiles
        let accelerator: Accelerator
        let events: MachineEvents
        let monitor: MonitorClient
        let keyboard: ConsoleKeyboard
        let commands: CommandPort
        let sshPort: Int
        let process: BackgroundProcess
        let helpers: MachineHelpers
        let console: ConsoleMonitor
        let watcher: Task<Void, Never>
        let exitIsExpected: Flag
    }

    private var preparation: MachinePreparation { MachinePreparation(description: description, files: files) }

    /// Starts QEMU and waits until it answers.
    ///
    /// - Parameters:
    ///   - descriptors: the open files after those of the channels: the memory, the saved state.
    ///   - keepingDisks: they keep their names, for forks.
    /// - Throws: ``MachineError`` or `CommandError` where it did not start.
    func run(descriptors: [FileDescriptor] = [], keepingDisks: Bool = false) async throws -> Machine {
        let events = MachineEvents()
        let console = ConsoleMonitor(log: try LogFile(files.console), patterns: fatalPatterns) { events.fail($0) }
        let ports = PortMonitor(files: files, journal: try LogFile(files.journal), events: events) { console.tail }
        let channels = try QEMUArguments.Channel.all.map { (channel: $0, pair: try SocketPair()) }
        guard let monitorSocket = channels.first(where: { $0.channel == .monitor })?.pair.host,
            let consoleSocket = channels.first(where: { $0.channel == .console })?.pair.host,
            let commandSocket = channels.first(where: { $0.channel == .port(.command) })?.pair.host
        else { throw MachineError(kind: .launch, reason: "QEMU has no monitor") }
        let monitor = try MonitorClient(monitorSocket)
        let keyboard = try ConsoleKeyboard(consoleSocket)
        let commands = try CommandPort(commandSocket) { events.fail($0) }
        let helpers: MachineHelpers
        let process: BackgroundProcess
        do {
            helpers = try MachineHelpers(description, files: files)
        } catch {
            for pair in channels.map(\.pair) {
                try? pair.host.close()
                try? pair.child.close()
            }
            throw error
        }
        do {
            defer { for socket in helpers.sockets { try? socket.close() } }
            process = try spawn(channels.map(\.pair), descriptors: descriptors, helpers: helpers)
        } catch {
            helpers.kill()
            throw error
        }
        let onConsole = onConsole
        let (unread, reader) = AsyncStream.makeStream(of: Void.self)
        ChannelReader.start(
            channels.map { channel, pair in
                switch channel {
                case .console:
                    ChannelReader.Source(descriptor: pair.host) {
                        console.receive($0)
                        onConsole?($0)
                    }
                case .monitor: ChannelReader.Source(descriptor: pair.host) { monitor.receive($0) }
                case .port(.command): ChannelReader.Source(descriptor: pair.host) { commands.receive($0) }
                case .port(let port): ChannelReader.Source(descriptor: pair.host) { ports.receive($0, on: port) }
                }
            }
        ) {
            monitor.close()
            reader.finish()
        }
        let exitIsExpected = Flag()
        let preparation = preparation
        let watcher = Task {
            guard let status = await process.exit() else { return }
            // What the guest said last may be the cause. A program that QEMU started could keep a socket open.
            _ = try? await Deadline.run(within: .seconds(1)) {
                for await _ in unread {}
            } onExpiry: {
                CancellationError()
            }
            let error = preparation.exitError(status, consoleTail: console.tail)
            if !exitIsExpected.isSet { events.fail(error) }
            commands.close(events.failure ?? error)
        }
        let helperWatcher = Task {
            guard let error = await helpers.failure(), !exitIsExpected.isSet else { return }
            // One that ends because QEMU did is not the cause, but may be noticed first.
            let ended = try? await Deadline.run(within: .seconds(1)) {
                await process.exit()
            } onExpiry: {
                error
            }
            if ended == nil { events.fail(error) }
        }
        do {
            try await monitor.execute("qmp_capabilities")
            let network = try await monitor.execute(
                "human-monitor-command", arguments: ["command-line": "info usernet"], returning: String.self)
            let port = try preparation.sshPort(in: network)
            if !keepingDisks { preparation.unlinkDisks() }
            return Machine(
                Parts(
                    description: description, identifier: identifier, files: files, accelerator: accelerator,
                    events: events, monitor: monitor, keyboard: keyboard, commands: commands, sshPort: port,
                    process: process, helpers: helpers, console: console, watcher: watcher,
                    exitIsExpected: exitIsExpected))
        } catch {
            // Why QEMU ended says more than that it did not answer.
            let status = monitor.isClosed ? await process.exit() : nil
            watcher.cancel()
            helperWatcher.cancel()
            await process.killAndWait()
            let ended = helpers.endedBadly
            await helpers.killAndWait()
            if let ended { throw ended }
            if let status { throw preparation.exitError(status, consoleTail: console.tail) }
            throw error
        }
    }

    /// Starts QEMU. Its ends of the channels are closed here, so that its end is the end of the channels.
    private func spawn(
        _ channels: [SocketPair], descriptors: [FileDescriptor], helpers: MachineHelpers
    ) throws -> BackgroundProcess {
        let port = description.isOnSegment ? try (segment ?? NetworkSegment(ports: 1)).plug() : nil
        defer {
            for pair in channels { try? pair.child.close() }
            try? port?.close()
        }
        let arguments = QEMUArguments(
            description, files: files, accelerator: accelerator, identifier: identifier, hasIgnition: hasIgnition,
            start: start)
        do {
            return try BackgroundProcess(
                Command(QEMUArguments.emulator, arguments.arguments), streams: .file(files.emulatorLog),
                descriptors: channels.map(\.child) + descriptors + [port].compactMap(\.self) + helpers.sockets,
                coreDumps: false)
        } catch {
            for pair in channels { try? pair.host.close() }
            throw error
        }
    }
}
