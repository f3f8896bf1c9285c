import Foundation
import HostSystem
import Ignition
import SystemPackage
import VirtualMachine

/// A machine to play with: boots, gives a shell in it or its console, and ends with that (`cosa run`, `kola qemuexec`).
public struct Devshell: Sendable {
    /// What the guest is provisioned with.
    public enum Provisioning: Sendable {
        /// Kola's own config, and these merged into it in this order.
        case merged([IgnitionConfig])
        /// These bytes as they are: whether they are a config is the guest's business.
        case direct([UInt8])
        /// Nothing.
        case none
    }

    /// The machine.
    public var machine: MachineDescription
    /// What it is provisioned with. A shell needs what kola's own config brings.
    public var provisioning = Provisioning.merged([])
    /// The newest spec that the Ignition of the image takes.
    public var ignitionSpec = SpecVersion.guestDefault
    /// A command line for the guest instead of a shell.
    public var command: String?
    /// A file that gets what the guest writes to its console.
    public var consoleFile: FilePath?
    /// On the console, a failure of the initramfs ends the machine; else people can look around in its emergency shell.
    public var failsWithInitramfs = false
    /// The accelerator; nil to find out.
    public var accelerator: AcceleratorChoice?
    /// A folder for console and journal that stays; nil for one that goes with the machine.
    public var output: FilePath?

    /// A shell in a machine.
    public init(machine: MachineDescription) { self.machine = machine }

    /// Boots, runs the shell on this process's terminal, and ends the machine.
    ///
    /// - Parameter tell: told what goes on meanwhile.
    /// - Returns: the shell's exit status; 0 where the guest powered off.
    /// - Throws: ``MachineError`` where the machine does not come up.
    public func run(tell: @escaping @Sendable (String) -> Void) async throws -> Int32 {
        try await withMachine(tell: tell) { machine, configuration in
            let session = try await machine.whileRunning {
                try await Guest.connect(to: machine, configuration: configuration).session()
            }
            tell("Ready: ssh -F \(configuration) \(machine.identifier)")
            machine.expectExit()
            let shell = try BackgroundProcess(
                session.command(command, terminal: command == nil), streams: .inherited)
            let status = await shell.exit() ?? 0
            return await machine.exited(within: .seconds(1)) ? 0 : status
        }
    }

    /// Boots, runs `body` on the guest when it is ready, and ends the machine.
    ///
    /// - Throws: ``MachineError`` where the machine does not come up or cannot go on; what `body` throws.
    public func withGuest<Result: Sendable>(
        tell: @escaping @Sendable (String) -> Void, _ body: @escaping @Sendable (Guest) async throws -> Result
    ) async throws -> Result {
        try await withMachine(tell: tell) { machine, configuration in
            try await machine.whileRunning {
                let guest = try await Guest.connect(to: machine, configuration: configuration)
                let result = try await body(guest)
                await guest.disconnect()
                return result
            }
        }
    }

    /// Starts the machine, with an `ssh -F` file for it, and ends it after `body`.
    private func withMachine<Result: Sendable>(
        tell: @escaping @Sendable (String) -> Void, _ body: (Machine, FilePath) async throws -> Result
    ) async throws -> Result {
        try await FolderGuard.withFolder { scratch in
            let key = try await SSHKey.generate(in: scratch)
            let (machine, files) = try await launch(
                publicKey: key.publicKey, scratch: scratch, onConsole: try consoleSink(), tell: tell)
            do {
                let configuration = files.temporary.appending("ssh-config")
                let text = SSHSession.configuration(
                    host: machine.identifier, port: machine.sshPort, user: GuestConfiguration.user, key: key.path)
                try AtomicFile.write(Array(text.utf8), to: configuration)
                let result = try await body(machine, configuration)
                await machine.kill()
                return result
            } catch {
                await machine.kill()
                throw error
            }
        }
    }

    /// Starts the machine.
    ///
    /// - Parameters:
    ///   - publicKey: who may log in; nil for nobody.
    ///   - fatalPatterns: what on its console ends it.
    func launch(
        publicKey: String?, scratch: FilePath,
        fatalPatterns: [ConsolePattern] = ConsolePattern.all + [.ignitionFailure],
        onConsole: (@Sendable ([UInt8]) -> Void)?, tell: @escaping @Sendable (String) -> Void
    ) async throws -> (machine: Machine, files: MachineFiles) {
        let choice = try await AcceleratorChoice.forMachines(given: accelerator)
        let files = MachineFiles(output: output ?? scratch, temporary: scratch)
        try FileContent.createDirectory(files.output)
        let ignition = try await config(publicKey: publicKey)
        let what = machine.image ?? machine.iso?.path ?? "a machine with an empty disk"
        tell("Booting \(what) (\(choice)); the console is in \(consoleFile ?? files.console)")
        let started = try await Machine.launch(
            machine, identifier: UUID().uuidString.lowercased(), ignition: ignition, files: files,
            accelerator: choice.accelerator, fatalPatterns: fatalPatterns, onConsole: onConsole)
        return (started, files)
    }

    private func config(publicKey: String?) async throws -> [UInt8]? {
        switch provisioning {
        case .none: return nil
        case .direct(let bytes): return bytes
        case .merged(let configs):
            let base = GuestConfiguration.base(publicKey: publicKey)
            var merged = configs.reduce(base) { $0.merged(with: $1) }
            merged.addParts(of: machine)
            let config = try merged.fitting(ignitionSpec, source: "the Ignition config").encoded()
            try await IgnitionValidation.check(config, source: "the Ignition config")
            return config
        }
    }

    /// What writes the console to its file; nil where there is none.
    func consoleSink() throws -> (@Sendable ([UInt8]) -> Void)? {
        guard let consoleFile else { return nil }
        do {
            let file = try ConsoleFile(consoleFile)
            return { file.write($0) }
        } catch let error as Errno {
            throw TestRunnerError(consoleFile.string, "the console cannot be written there: \(error)")
        }
    }
}

/// A file that a user named for the console.
private final class ConsoleFile: Sendable {
    private let descriptor: FileDescriptor

    init(_ path: FilePath) throws {
        descriptor = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .truncate, .closeOnExec],
            permissions: [.ownerReadWrite, .groupRead, .otherRead])
    }

    deinit { try? descriptor.close() }

    /// A full disk loses the log, not the machine.
    func write(_ bytes: [UInt8]) { _ = try? descriptor.writeAll(bytes) }
}
