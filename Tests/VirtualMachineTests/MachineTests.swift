import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import VirtualMachine

/// Real QEMU, with a guest of 512 bytes.
@Suite(.serialized, .timeLimit(.minutes(3))) struct MachineTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "machine") }

    private var files: MachineFiles { MachineFiles(output: folder.path, temporary: folder.path) }

    private func launch(
        says text: String = "up\r\n", firmware: MachineDescription.Firmware = .bios, extra: [String] = []
    ) async throws -> Machine {
        let disk = folder.path.appending("disk.img")
        try BootSector.write(text, to: disk)
        return try await Machine.launch(
            MachineDescription(image: disk, firmware: firmware, memory: 64, extraArguments: extra),
            identifier: UUID().uuidString.lowercased(), ignition: Array("{}".utf8), files: files, accelerator: .tcg)
    }

    @Test(arguments: [
        "[ 1.2] Kernel panic - not syncing: no init\r\n", "Press Enter for emergency shell",
        "dracut: Refusing to continue\r\n",
    ])
    func fatalLineEndsTheWait(text: String) async throws {
        defer { folder.remove() }
        let machine = try await launch(says: "booting\r\n" + text)
        let error = try await #require(throws: MachineError.self) { try await machine.ready() }
        #expect(error.reason.contains(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(error.consoleTail.contains("booting"))
        await machine.kill()
        let console = String(decoding: try FileContent.read(files.console), as: UTF8.self)
        #expect(console.contains("booting"))
    }

    @Test func killedEmulatorEndsTheWait() async throws {
        defer { folder.remove() }
        let machine = try await launch()
        kill(machine.processIdentifier, SIGKILL)
        let error = try await #require(throws: MachineError.self) {
            try await machine.whileRunning { try await Task.sleep(for: .seconds(1000)) }
        }
        #expect(error.kind == .exited(status: 137))
        #expect(error.reason == "QEMU was killed by signal 9")
    }

    @Test func emulatorThatDoesNotStartSaysWhy() async throws {
        defer { folder.remove() }
        let error = try await #require(throws: MachineError.self) {
            try await launch(extra: ["-device", "no-such-device"])
        }
        #expect(error.reason.hasPrefix("QEMU ended with status 1: "))
        #expect(error.reason.contains("no-such-device"))
    }

    @Test func portThatAnotherProgramHasIsNamed() async throws {
        defer { folder.remove() }
        let first = try await launch()
        let disk = folder.path.appending("disk.img")
        var description = MachineDescription(image: disk, memory: 64)
        description.hostPorts = [first.sshPort]
        #expect(HostPort.refusal(of: first.sshPort) == .addressInUse)
        let error = try await #require(throws: MachineError.self) {
            try await Machine.launch(
                description, identifier: UUID().uuidString.lowercased(), ignition: nil, files: files, accelerator: .tcg)
        }
        #expect(error.kind == .hostPort(first.sshPort))
        #expect(
            error.reason == "127.0.0.1:\(first.sshPort) cannot be forwarded to the guest: \(Errno.addressInUse)")
        await first.kill()
        #expect(HostPort.refusal(of: first.sshPort) == nil)
    }

    @Test func missingImageIsNamed() async throws {
        defer { folder.remove() }
        let error = try await #require(throws: MachineError.self) {
            try await Machine.launch(
                MachineDescription(image: "/no/such.qcow2"), identifier: "x", ignition: nil, files: files,
                accelerator: .tcg)
        }
        #expect(error.reason == "/no/such.qcow2: no such disk image")
    }

    @Test func imageIsNotWrittenAndTheOverlayHasNoName() async throws {
        defer { folder.remove() }
        let machine = try await launch()
        let disk = folder.path.appending("disk.img")
        let before = try Digest.ofFile(disk)
        #expect(!FileContent.exists(files.overlay))
        #expect((1...65535).contains(machine.sshPort))
        await machine.kill()
        #expect(machine.events.failure == nil)
        #expect(try Digest.ofFile(disk) == before)
    }

    @Test(
        arguments: [
            (.uefi, "/usr/share/OVMF/OVMF_VARS_4M.fd"), (.uefiSecure, "/usr/share/OVMF/OVMF_VARS_4M.ms.fd"),
        ] as [(MachineDescription.Firmware, FilePath)])
    func uefiMachineStartsWithVariablesOfItsOwn(firmware: MachineDescription.Firmware, template: FilePath) throws {
        defer { folder.remove() }
        let description = MachineDescription(image: "/i.qcow2", firmware: firmware)
        try MachinePreparation(description: description, files: files).copyFirmwareVariables()
        #expect(try FileContent.read(files.firmwareVariables) == FileContent.read(template))
    }

    @Test(arguments: [MachineDescription.Firmware.uefi, .uefiSecure])
    func uefiMachineStarts(firmware: MachineDescription.Firmware) async throws {
        defer { folder.remove() }
        let machine = try await launch(firmware: firmware)
        #expect(FileContent.exists(files.firmwareVariables))
        await machine.kill()
    }

    @Test func machineEndsWithItsHolder() async throws {
        defer { folder.remove() }
        let number: Int32
        do {
            let machine = try await launch()
            number = machine.processIdentifier
        }
        while kill(number, 0) == 0 { await Task.yield() }
        #expect(errno == ESRCH)
    }

    @Test func aRebootIsAReadyOfAnotherBoot() async throws {
        defer { folder.remove() }
        let machine = try await launch()
        func say(_ text: String) { machine.events.post(MachineMessage(port: .ready, text: text)) }
        say("ready a")
        let first = try await machine.ready()
        #expect(first == Machine.Boot(identifier: "a", position: 1))
        // The unit that tells it may be started again in the same boot.
        say("ready a")
        say("ready")
        say("ready b")
        #expect(try await machine.ready(after: first) == Machine.Boot(identifier: "b", position: 4))
        await machine.kill()
    }

    @Test func monitorTellsWhatQEMURefuses() async throws {
        defer { folder.remove() }
        let machine = try await launch()
        let error = try await #require(throws: MachineError.self) {
            try await machine.monitor.execute("no-such-command")
        }
        #expect(error.reason.hasPrefix("QEMU refused no-such-command: "))
        await machine.kill()
        await #expect(throws: MachineError.self) { try await machine.monitor.execute("query-status") }
    }

    /// What QEMU itself takes the arguments for.
    @Test func everyKindOfDiskAndCardIsTaken() async throws {
        defer { folder.remove() }
        let disk = folder.path.appending("disk.img")
        try BootSector.write("up\r\n", to: disk)
        var description = MachineDescription(
            image: disk, primaryDisk: VirtualDisk(size: 1 << 30, isMultipath: true), memory: 64, processors: 2)
        description.additionalDisks = try ["1G:4k", "1G:channel=nvme,512e", "1G:channel=scsi,wwn=7", "1G:mpath"].map {
            try VirtualDisk(parsing: $0)
        }
        description.additionalNetworkCards = 2
        description.hasNUMANodes = true
        description.isOnSegment = true
        let machine = try await Machine.launch(
            description, identifier: UUID().uuidString.lowercased(), ignition: nil, files: files, accelerator: .tcg)
        let devices = try await machine.monitor.execute(
            "human-monitor-command", arguments: ["command-line": "info block"], returning: String.self)
        for node in 0...4 { #expect(devices.contains("disk\(node)")) }
        let network = try await machine.monitor.execute(
            "human-monitor-command", arguments: ["command-line": "info network"], returning: String.self)
        #expect(network.contains("segment: ") && network.contains(QEMUArguments.segmentAddress))
        let nodes = try await machine.monitor.execute(
            "human-monitor-command", arguments: ["command-line": "info numa"], returning: String.self)
        #expect(nodes.contains("2 nodes"))
        await machine.kill()
    }
}
