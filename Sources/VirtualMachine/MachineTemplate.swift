import Foundation
import HostSystem
import SystemPackage

/// A machine that booted once and was saved the moment it was ready: its memory, its devices, its disk. Every fork of it goes on
/// from there, in a memory and on a disk of its own.
public final class MachineTemplate: Sendable {
    /// What it and its forks are made of.
    public let description: MachineDescription
    /// The boot that the forks are in.
    public let boot: Machine.Boot
    /// The UUID of the machine that booted: the name of its folder.
    public let name: String
    private let files: MachineFiles
    private let memory: MemoryFile
    private let accelerator: Accelerator
    private let fatalPatterns: [ConsolePattern]

    /// Boots a machine until it is ready, and saves it.
    ///
    /// - Parameters:
    ///   - description: what it is made of.
    ///   - identifier: its UUID.
    ///   - ignition: the Ignition config as JSON; it must bring ``GuestAgent`` and the unit that says when the guest is ready.
    ///   - files: where its files go; the temporary folder must stay as long as there are forks.
    ///   - accelerator: what runs its instructions.
    ///   - prepare: run when it is ready, before it is saved.
    /// - Throws: ``MachineError`` where it did not come up or cannot be saved, and what `prepare` throws.
    public static func boot(
        _ description: MachineDescription, identifier: String, ignition: [UInt8], files: MachineFiles,
        accelerator: Accelerator, fatalPatterns: [ConsolePattern] = ConsolePattern.all + [.ignitionFailure],
        prepare: @escaping @Sendable (Machine) async throws -> Void
    ) async throws -> MachineTemplate {
        try await boot(
            description, identifier: identifier, ignition: ignition, files: files, accelerator: accelerator,
            fatalPatterns: fatalPatterns
        ) { machine in
            _ = try await machine.ready()
            try await prepare(machine)
            // Preparing it may have booted it again.
            return try await machine.ready()
        }
    }

    /// Boots a machine until `isReady` returns, and saves it.
    static func boot(
        _ description: MachineDescription, identifier: String, ignition: [UInt8], files: MachineFiles,
        accelerator: Accelerator, fatalPatterns: [ConsolePattern],
        isReady: @escaping @Sendable (Machine) async throws -> Machine.Boot
    ) async throws -> MachineTemplate {
        let memory = try MemoryFile(name: "guest-memory", size: Int64(description.memory) << 20)
        var starter = MachineStarter(
            description: description, identifier: identifier, files: files, accelerator: accelerator,
            fatalPatterns: fatalPatterns, hasIgnition: true, start: .template)
        try await Machine.prepare(&starter, ignition: ignition)
        let machine = try await starter.run(descriptors: [memory.descriptor], keepingDisks: true)
        do {
            let boot = try await machine.whileRunning {
                let boot = try await isReady(machine)
                try await machine.save(to: files.state)
                return boot
            }
            await machine.kill()
            return MachineTemplate(
                description: starter.description, name: identifier, boot: boot, files: files, memory: memory,
                accelerator: accelerator,
                fatalPatterns: fatalPatterns)
        } catch {
            await machine.kill()
            throw error
        }
    }

    private init(
        description: MachineDescription, name: String, boot: Machine.Boot, files: MachineFiles, memory: MemoryFile,
        accelerator: Accelerator, fatalPatterns: [ConsolePattern]
    ) {
        self.description = description
        self.name = name
        self.boot = boot
        self.files = files
        self.memory = memory
        self.accelerator = accelerator
        self.fatalPatterns = fatalPatterns
    }

    /// The memory, for whoever wants to see that no fork writes to it.
    var memoryDescriptor: FileDescriptor { memory.descriptor }

    /// Starts a copy of the machine, which is ready at once. Its console and journal begin here.
    ///
    /// - Parameters:
    ///   - identifier: the name of its files; the guest keeps the template's UUID.
    ///   - files: where its files go; both folders must exist.
    ///   - hostname: its name by DHCP from its next boot on; nil for the template's.
    ///   - segment: what its card on a segment is plugged into; nil for nothing.
    /// - Throws: ``MachineError`` or `CommandError` where it did not start.
    public func fork(
        identifier: String, files: MachineFiles, hostname: String? = nil, segment: NetworkSegment? = nil
    ) async throws -> Machine {
        var description = description
        if let hostname { description.hostname = hostname }
        let preparation = MachinePreparation(description: description, files: files)
        try await preparation.makeDisks(over: self.files)
        if UEFIFirmware(description.firmware) != nil {
            try FileManager.default.copyItem(
                atPath: self.files.firmwareVariables.string, toPath: files.firmwareVariables.string)
        }
        // QEMU looks at the config's length again, the guest no more at its content.
        try AtomicFile.write(FileContent.read(self.files.ignition), to: files.ignition, mode: .ownerReadWrite)
        let starter = MachineStarter(
            description: description, identifier: identifier, files: files, accelerator: accelerator,
            fatalPatterns: fatalPatterns, hasIgnition: true, start: .fork, segment: segment)
        let state = try FileDescriptor.open(self.files.state, .readOnly, options: .closeOnExec)
        defer { try? state.close() }
        let machine = try await starter.run(descriptors: [memory.descriptor, state], keepingDisks: true)
        do {
            try await machine.whileRunning {
                try await machine.restore(descriptor: QEMUArguments.memoryDescriptor + 1)
            }
        } catch {
            await machine.kill()
            throw error
        }
        // QEMU opens the disks anew when the guest goes on; from then on their names are not needed.
        preparation.unlinkDisks()
        machine.events.post(MachineMessage(port: .ready, text: "ready \(boot.identifier)"))
        return machine
    }
}

extension Machine {
    /// What QEMU's migration has to know (qapi/migration.json): memory in a shared file stays where it is, and progress is told.
    private struct Capabilities: Encodable, Sendable {
        struct Capability: Encodable, Sendable {
            let capability: String
            let state = true
        }
        let capabilities = [Capability(capability: "x-ignore-shared"), Capability(capability: "events")]
    }

    /// Stops the guest and writes the state of its devices to a file; its memory is in its memory file already.
    func save(to path: FilePath) async throws {
        try await monitor.execute("stop")
        try await monitor.execute("migrate-set-capabilities", arguments: Capabilities())
        try await monitor.execute("migrate", arguments: ["uri": "exec:cat >\(path.string.shellQuoted)"])
        guard try await migrated() else {
            throw MachineError(kind: .launch, reason: "QEMU could not save the machine's state to \(path)")
        }
    }

    /// Takes over a saved state and lets the guest go on.
    ///
    /// - Parameter descriptor: the number of the open file with the state, in QEMU.
    func restore(descriptor: Int) async throws {
        try await monitor.execute("migrate-set-capabilities", arguments: Capabilities())
        try await monitor.execute("migrate-incoming", arguments: ["uri": "fd:\(descriptor)"])
        guard try await migrated() else {
            throw MachineError(kind: .launch, reason: "QEMU could not take over the saved state")
        }
        try await monitor.execute("cont")
    }

    private func migrated() async throws -> Bool {
        let end = try await monitor.event { event in
            event.name == "MIGRATION" && ["completed", "failed"].contains(event.content.status)
        }
        return end.content.status == "completed"
    }
}
