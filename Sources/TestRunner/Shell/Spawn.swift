import Foundation
import HostSystem
import Ignition
import SystemPackage
import VirtualMachine

/// Machines to play with (`kola spawn`): several are copies of one that booted, each with an identity of its own.
public struct Spawn: Sendable {
    /// What each is made of.
    public var machine: MachineDescription
    /// How many.
    public var count = 1
    /// Configs that are merged into kola's own in this order.
    public var configs: [IgnitionConfig] = []
    /// The newest spec that the Ignition of the image takes.
    public var ignitionSpec = SpecVersion.guestDefault
    /// Who may log in besides kola, as in `authorized_keys`.
    public var publicKeys: [String] = []
    /// The accelerator; nil to find out.
    public var accelerator: AcceleratorChoice?
    /// A folder for console and journal of each that stays; nil for one that goes with the machines.
    public var output: FilePath?

    /// Machines of one kind.
    public init(machine: MachineDescription) { self.machine = machine }

    /// One of the machines, ready.
    public struct Member: Sendable {
        /// The guest.
        public let guest: Guest
        /// Its name in ``configuration``, beside its UUID.
        public let name: String
        /// `ssh -F` takes this; it has all of them.
        public let configuration: FilePath
        /// Where its console and journal are.
        public let output: FilePath

        /// The port on 127.0.0.1 that leads to its SSH.
        public var port: Int { guest.machine.sshPort }
    }

    /// Starts the machines, waits until all are ready, runs `body`, and ends them.
    ///
    /// - Parameter tell: told what goes on meanwhile.
    /// - Throws: ``MachineError`` where one does not come up; what `body` throws.
    public func run<Result: Sendable>(
        tell: @escaping @Sendable (String) -> Void, _ body: @escaping @Sendable ([Member]) async throws -> Result
    ) async throws -> Result {
        try await FolderGuard.withFolder { folder in
            let key = try await SSHKey.generate(in: folder)
            let choice = try await AcceleratorChoice.forMachines(given: accelerator)
            tell("Booting \(machine.image?.string ?? "an empty disk") (\(choice))")
            let ignition = try await config(publicKey: key.publicKey)
            let machines = try await start(ignition, in: folder, accelerator: choice.accelerator)
            do {
                let result = try await use(machines, key: key, folder: folder, body)
                for machine in machines { await machine.kill() }
                return result
            } catch {
                for machine in machines { await machine.kill() }
                throw error
            }
        }
    }

    /// What each machine is provisioned with.
    func config(publicKey: String) async throws -> [UInt8] {
        var keys = IgnitionConfig()
        if !publicKeys.isEmpty { keys.addUser(GuestConfiguration.user, sshKeys: publicKeys) }
        let base = GuestConfiguration.base(publicKey: publicKey).merged(with: keys)
        var merged = configs.reduce(base) { $0.merged(with: $1) }
        merged.addParts(of: machine)
        let config = try merged.fitting(ignitionSpec, source: "the Ignition config").encoded()
        try await IgnitionValidation.check(config, source: "the Ignition config")
        return config
    }

    private func files(_ name: String, _ scratch: FilePath) throws -> MachineFiles {
        let files = MachineFiles(
            output: (output ?? scratch.appending("output")).appending(name), temporary: scratch.appending(name))
        try FileContent.createDirectory(files.output)
        try FileContent.createDirectory(files.temporary)
        return files
    }

    private func start(
        _ ignition: [UInt8], in scratch: FilePath, accelerator: Accelerator
    ) async throws -> [Machine] {
        guard count > 1, machine.canBeForked else {
            var machines: [Machine] = []
            for index in 0..<count {
                machines.append(
                    try await Machine.launch(
                        machine, identifier: UUID().uuidString.lowercased(), ignition: ignition,
                        files: try files(SegmentMembership.hostname(index), scratch), accelerator: accelerator))
            }
            return machines
        }
        let template = try await MachineTemplate.boot(
            machine, identifier: UUID().uuidString.lowercased(), ignition: ignition,
            files: try files("template", scratch), accelerator: accelerator
        ) { machine in
            try await machine.commands.run(ForkIdentity.preparation)
        }
        var machines: [Machine] = []
        for index in 0..<count {
            let files = try files(SegmentMembership.hostname(index), scratch)
            let fork = try await template.fork(
                identifier: UUID().uuidString.lowercased(), files: files, hostname: SegmentMembership.hostname(index))
            machines.append(fork)
            let identity = try await ForkIdentity.generate(
                hostname: SegmentMembership.hostname(index), in: files.temporary)
            _ = try await fork.whileRunning { try await fork.commands.run(identity.script()) }
        }
        return machines
    }

    private func use<Result: Sendable>(
        _ machines: [Machine], key: SSHKey, folder: FilePath,
        _ body: @escaping @Sendable ([Member]) async throws -> Result
    ) async throws -> Result {
        let configuration = folder.appending("ssh-config")
        let texts = machines.enumerated().map { index, machine in
            SSHSession.configuration(
                host: "\(SegmentMembership.hostname(index)) \(machine.identifier)", port: machine.sshPort,
                user: GuestConfiguration.user, key: key.path)
        }
        try AtomicFile.write(Array(texts.joined().utf8), to: configuration)
        var members: [Member] = []
        for (index, machine) in machines.enumerated() {
            let guest = try await machine.whileRunning {
                try await Guest.connect(to: machine, configuration: configuration)
            }
            members.append(
                Member(
                    guest: guest, name: SegmentMembership.hostname(index), configuration: configuration,
                    output: machine.files.output))
        }
        return try await body(members)
    }
}
