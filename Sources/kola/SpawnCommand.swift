import ArgumentParser
import Foundation
import HostSystem
import SystemPackage
import TestRunner
import VirtualMachine

/// `kola spawn`.
struct SpawnCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spawn", abstract: "Starts machines and gives a shell in the first; they end with it.",
        discussion: """
            One boot serves all of them. When all are ready, a line for each says how to log in; their names are \
            qemu0, qemu1 and so on. They reach the internet.
            """)

    @OptionGroup var image: ImageOptions
    @OptionGroup var platform: PlatformOption
    @OptionGroup var appended: AppendOptions
    @OptionGroup var keys: SpawnKeyOptions

    @Option(name: [.customShort("c"), .long], help: ArgumentHelp("How many machines.", valueName: "n"))
    var nodecount = 1

    @Option(
        name: .shortAndLong, help: ArgumentHelp("An Ignition or Butane config for the machines.", valueName: "file"))
    var userdata: String?

    @Flag(name: .shortAndLong, inversion: .prefixedNo, help: "A shell in the first machine.")
    var shell = true

    @Flag(help: "Instead of a shell, keep the machines until Ctrl-C.")
    var idle = false

    @Flag(help: "When the machine of the shell reboots, another shell.")
    var reconnect = false

    @Flag(name: .shortAndLong, inversion: .prefixedNo, help: "Machines end with kola; there is no other way.")
    var remove = true

    @Flag(name: [.customShort("t"), .long], help: .hidden)
    var detach = false

    @Flag(name: .shortAndLong, help: "Say what goes on.")
    var verbose = false

    @Option(
        name: [.customShort("x"), .long],
        help: ArgumentHelp("Run this in the first machine instead of a shell.", valueName: "command"))
    var sshCommand: String?

    @Option(help: ArgumentHelp("Write what the machines are as JSON to this open file.", valueName: "fd"))
    var jsonInfoFd: Int32?

    @Option(name: .customLong("qemu-memory"), help: ArgumentHelp("Memory of each in MiB.", valueName: "mb"))
    var memory = 1024

    @Option(help: ArgumentHelp("Keep consoles and journals in this folder.", valueName: "dir"))
    var outputDir: String?

    @Option(help: ArgumentHelp("The working directory of cosa.", valueName: "dir"))
    var workdir = "."

    func validate() throws {
        guard nodecount > 0 else { throw ValidationError("Cluster Failed: nodecount must be one or more") }
        if let jsonInfoFd, fcntl(jsonInfoFd, F_GETFD) < 0 {
            throw ValidationError("--json-info-fd: file descriptor \(jsonInfoFd) is not open")
        }
        guard !detach, remove else {
            throw ValidationError(
                "\(detach ? "--detach" : "--no-remove"): machines end with the command that started them; keep it "
                    + "running with --idle")
        }
    }

    func run() async throws {
        let spawn = try spawn()
        let isVerbose = verbose
        let status = try await spawn.run(tell: { if isVerbose { StandardError.write($0) } }) { members in
            for member in members {
                Output.write("ssh -F \(member.configuration) \(member.name)")
            }
            try writeInformation(members)
            return try await serve(members)
        }
        if status != 0 { throw ExitCode(status) }
    }

    /// What to start.
    func spawn() throws -> Spawn {
        let (path, build) = try image.image(workdir: workdir, architecture: "x86_64")
        var machine = MachineDescription(
            image: path, primaryDisk: VirtualDisk(size: try image.diskSize()), firmware: try image.firmware(),
            memory: memory, internet: true)
        machine.hasIgnitionOnDisk = ImagePlatform.readsConfigFromDisk(path)
        var spawn = Spawn(machine: machine)
        spawn.count = nodecount
        spawn.ignitionSpec = image.newestSpec(ofBuild: build?.ignitionSpec)
        spawn.publicKeys = try keys.publicKeys()
        let own = try userdata.map { try ConfigFile(FilePath($0), .either).read(newest: spawn.ignitionSpec) }
        spawn.configs = [own].compactMap(\.self) + (try appended.configs(newest: spawn.ignitionSpec))
        for warning in spawn.configs.flatMap(\.warnings) { StandardError.write("warning: \(warning)") }
        spawn.output = outputDir.map { FilePath($0) }
        return spawn
    }

    /// Does what the machines are there for, and returns its exit status.
    private func serve(_ members: [Spawn.Member]) async throws -> Int32 {
        guard let first = members.first else { return 0 }
        if idle {
            // Ctrl-C cancels the wait.
            for member in members { _ = await member.guest.machine.exit() }
            return 0
        }
        guard shell || sshCommand != nil else { return 0 }
        let machine = first.guest.machine
        machine.expectExit()
        while true {
            let session = try await machine.whileRunning { try await Self.login(to: first.guest) }
            let process = try BackgroundProcess(
                session.command(sshCommand, terminal: sshCommand == nil), streams: .inherited)
            let status = await process.exit() ?? 0
            if await machine.exited(within: .seconds(1)) { return 0 }
            // 255 is ssh's own: the connection broke.
            guard reconnect, status == 255, !Task.isCancelled else { return status }
            StandardError.write("Reconnecting (press Ctrl-C to abort)...")
            try await machine.whileRunning { try await first.guest.untilRebooted() }
        }
    }

    /// A copy's sshd starts anew with keys of its own, and resets a connection that comes just then.
    private static func login(to guest: Guest) async throws -> SSHSession {
        do {
            return try await guest.session()
        } catch let error as MachineError where error.kind == .ssh {
            await guest.disconnect()
            return try await guest.session()
        }
    }

    /// The form is upstream's.
    private struct Information: Encodable {
        enum CodingKeys: String, CodingKey {
            case id
            case publicAddress = "public_ip"
            case output = "output_dir"
        }
        let id: String
        let publicAddress: String
        let output: String
    }

    private func writeInformation(_ members: [Spawn.Member]) throws {
        guard let jsonInfoFd else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for member in members {
            let information = Information(
                id: member.guest.machine.identifier, publicAddress: "127.0.0.1:\(member.port)",
                output: member.output.string)
            do {
                _ = try FileDescriptor(rawValue: jsonInfoFd).writeAll(try encoder.encode(information) + [10])
            } catch let error as Errno {
                throw ValidationError("--json-info-fd: file descriptor \(jsonInfoFd) cannot be written to: \(error)")
            }
        }
    }
}
