import Foundation
import HostSystem
import Ignition
import SystemPackage
import VirtualMachine

/// A machine to play with: boots an image, gives a shell in it, and ends with the shell (`cosa run`, `kola qemuexec`).
public struct Devshell: Sendable {
    /// The machine.
    public var machine: MachineDescription
    /// The configs of the user, which are merged into kola's own in this order.
    public var configs: [IgnitionConfig] = []
    /// The newest spec that the Ignition of the image takes.
    public var ignitionSpec = SpecVersion.guestDefault
    /// A command line for the guest instead of a shell.
    public var command: String?
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
        let folder = try TemporaryFolder()
        let cleaner = try FolderGuard(folder.path)
        defer {
            folder.remove()
            withExtendedLifetime(cleaner) {}
        }
        let key = try await SSHKey.generate(in: folder.path)
        let choice: AcceleratorChoice
        if let accelerator {
            choice = accelerator
        } else {
            choice = try await KVMProbe(emulator: QEMUArguments.emulator).choose()
        }
        let identifier = UUID().uuidString.lowercased()
        let files = MachineFiles(output: output ?? folder.path, temporary: folder.path)
        try FileContent.createDirectory(files.output)
        let merged = configs.reduce(GuestConfiguration.base(publicKey: key.publicKey)) { $0.merged(with: $1) }
        let config = try merged.fitting(ignitionSpec, source: "the Ignition config")
        try await IgnitionValidation.check(config.encoded(), source: "the Ignition config")
        tell("Booting \(machine.image) (\(choice)); the console is in \(files.console)")
        let machine = try await Machine.launch(
            self.machine, identifier: identifier, ignition: try config.encoded(), files: files,
            accelerator: choice.accelerator)
        let configuration = files.temporary.appending("ssh-config")
        let text = SSHSession.configuration(
            host: identifier, port: machine.sshPort, user: GuestConfiguration.user, key: key.path)
        try AtomicFile.write(Array(text.utf8), to: configuration)
        let session: SSHSession
        do {
            session = try await machine.whileRunning {
                try await Guest.connect(to: machine, configuration: configuration).session()
            }
        } catch {
            await machine.kill()
            throw error
        }
        tell("Ready: ssh -F \(configuration) \(identifier)")
        machine.expectExit()
        let shell = try BackgroundProcess(
            session.command(command, terminal: command == nil), streams: .inherited)
        let status = await shell.exit() ?? 0
        let isGone = await machine.exited(within: .seconds(1))
        await machine.kill()
        return isGone ? 0 : status
    }
}
