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
    /// What somebody types on its console.
    public let keyboard: ConsoleKeyboard
    /// Commands in the guest.
    public let commands: CommandPort
    /// The port on 127.0.0.1 that leads to the guest's SSH.
    public let sshPort: Int
    /// What runs its instructions.
    public let accelerator: Accelerator

    private let process: BackgroundProcess
    private let helpers: MachineHelpers
    private let console: ConsoleMonitor
    private let watcher: Task<Void, Never>
    private let exitIsExpected: Flag
    /// The position of the first boot that counts.
    private let firstBoot = Atomic(0)

    /// A machine that ``MachineStarter`` has started.
    init(_ parts: MachineStarter.Parts) {
        description = parts.description
        identifier = parts.identifier
        files = parts.files
        accelerator = parts.accelerator
        events = parts.events
        monitor = parts.monitor
        keyboard = parts.keyboard
        commands = parts.commands
        sshPort = parts.sshPort
        process = parts.process
        helpers = parts.helpers
        console = parts.console
        watcher = parts.watcher
        exitIsExpected = parts.exitIsExpected
    }

    deinit {
        process.kill()
        helpers.kill()
    }

    /// The last lines of the console.
    public var consoleTail: [String] { console.tail }

    /// QEMU's process id.
    public var processIdentifier: Int32 { process.processIdentifier }

    /// A boot that the guest said it had finished.
    public struct Boot: Sendable, Equatable {
        /// The kernel's random id of the boot; after a soft reboot, which keeps the kernel, with `+` and its number.
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
        let (position, message) = try await events.message(from: boot?.position ?? firstBoot.load(ordering: .acquiring))
        { message in
            message.boot != nil && message.boot != known
        }
        return Boot(identifier: message.boot ?? "", position: position)
    }

    /// Takes the boots before `boot` for preparation: from now on it is the first that ``ready(after:)`` finds.
    public func begin(at boot: Boot) { firstBoot.store(boot.position - 1, ordering: .releasing) }

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
        await helpers.killAndWait()
        await watcher.value
    }
}

/// A switch that is turned on once.
final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
}
