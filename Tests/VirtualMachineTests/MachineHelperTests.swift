import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import VirtualMachine

/// Real QEMU with a guest of 512 bytes, and real helpers.
@Suite(.serialized, .timeLimit(.minutes(3))) struct MachineHelperTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "helper") }

    private func files(_ name: String) throws -> MachineFiles {
        let path = folder.path.appending(name)
        try FileContent.createDirectory(path)
        return MachineFiles(output: path, temporary: path)
    }

    private func description() throws -> MachineDescription {
        let disk = folder.path.appending("disk.img")
        try BootSector.writeTicker(to: disk)
        var description = MachineDescription(image: disk, memory: 64)
        description.hasTPM = true
        return description
    }

    private func launch(_ description: MachineDescription, files: MachineFiles) async throws -> Machine {
        try await Machine.launch(
            description, identifier: UUID().uuidString, ignition: nil, files: files, accelerator: .tcg,
            fatalPatterns: [])
    }

    /// The processes with `text` in their command line or, where they have one of their own, their working folder.
    private func processes(of files: MachineFiles) -> [Int32] {
        FileContent.names(in: "/proc").compactMap { Int32($0) }.filter { number in
            let line = (try? FileContent.read(FilePath("/proc/\(number)/cmdline"))) ?? []
            let folder = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(number)/cwd")
            return String(decoding: line, as: UTF8.self).contains(files.temporary.string)
                || folder?.hasPrefix(files.temporary.string) == true
        }
    }

    private func trustedModules(_ machine: Machine) async throws -> String {
        try await machine.monitor.execute(
            "human-monitor-command", arguments: ["command-line": "info tpm"], returning: String.self)
    }

    @Test func everyForkHasATrustedModuleOfItsOwn() async throws {
        defer { folder.remove() }
        let template = try await MachineTemplate.boot(
            try description(), identifier: UUID().uuidString, ignition: Array("{}".utf8), files: try files("template"),
            accelerator: .tcg, fatalPatterns: []
        ) { machine in
            while !machine.consoleTail.joined().contains("hij") { try await Task.sleep(for: .milliseconds(5)) }
            return Machine.Boot(identifier: "boot", position: 0)
        }
        #expect(processes(of: try files("template")).isEmpty)
        let state = try FileContent.read(try files("template").temporary.appending("tpm/tpm2-00.permall"))
        for name in ["one", "two"] {
            let files = try files(name)
            let fork = try await template.fork(identifier: UUID().uuidString, files: files)
            #expect(try await trustedModules(fork).contains("model=tpm-tis"))
            #expect(processes(of: files).count == 2)
            #expect(try FileContent.read(files.temporary.appending("tpm/tpm2-00.permall")) == state)
            await fork.kill()
            #expect(processes(of: files).isEmpty)
        }
    }

    @Test func helperThatIsKilledEndsTheMachine() async throws {
        defer { folder.remove() }
        let files = try files("machine")
        let machine = try await launch(try description(), files: files)
        for process in processes(of: files) where process != machine.processIdentifier { kill(process, SIGKILL) }
        let error = try await #require(throws: MachineError.self) {
            try await machine.whileRunning { try await Task.sleep(for: .seconds(1000)) }
        }
        #expect(error.reason == "swtpm, a part of the machine, was killed by signal 9")
        await machine.kill()
    }

    @Test func emulatorThatIsKilledIsTheCauseAndLeavesNoHelper() async throws {
        defer { folder.remove() }
        let files = try files("machine")
        let machine = try await launch(try description(), files: files)
        kill(machine.processIdentifier, SIGKILL)
        let error = try await #require(throws: MachineError.self) {
            try await machine.whileRunning { try await Task.sleep(for: .seconds(1000)) }
        }
        #expect(error.reason == "QEMU was killed by signal 9")
        await machine.kill()
        #expect(processes(of: files).isEmpty)
    }

    @Test func helperThatIsNotInstalledIsNamedWithWhatToDo() throws {
        defer { folder.remove() }
        let start = HelperStart(files: try files("machine"), log: folder.path.appending("log"))
        let error = #expect(throws: MachineError.self) { try start.tpm(program: "no-such-swtpm") }
        #expect(
            error?.reason
                == "a machine with a TPM needs swtpm; install the package swtpm, or give --no-qemu-swtpm "
                + "(no-such-swtpm: not found in PATH)")
    }

    @Test func helperThatEndsAtOnceSaysWhy() async throws {
        defer { folder.remove() }
        var description = try description()
        description.primaryDisk.isOverSocket = true
        // Nobody made its disk.
        let helpers = try MachineHelpers(description, files: try files("machine"))
        defer { for socket in helpers.sockets { try? socket.close() } }
        let error = try #require(await helpers.failure())
        #expect(error.reason.hasPrefix("qemu-storage-daemon, a part of the machine, ended with status 1: "))
        #expect(error.reason.hasSuffix("disk0.qcow2': No such file or directory"))
        #expect(helpers.endedBadly?.reason == error.reason)
        await helpers.killAndWait()
    }

    @Test func folderIsServedWithoutALeftover() async throws {
        defer { folder.remove() }
        let files = try files("machine")
        var description = try description()
        description.sharedFolders = [try SharedFolder(parsing: "\(folder.path),/var/x", isReadOnly: true)]
        let machine = try await launch(description, files: files)
        let devices = try await machine.monitor.execute(
            "human-monitor-command", arguments: ["command-line": "info qtree"], returning: String.self)
        #expect(devices.contains(#"tag = "kola0""#))
        #expect(!FileContent.names(in: files.temporary).contains("socket"))
        await machine.kill()
    }

    @Test func folderThatIsNotThereAndAServerThatIsNotInstalledAreNamed() throws {
        defer { folder.remove() }
        let start = HelperStart(files: try files("machine"), log: folder.path.appending("log"))
        func reason(_ folder: String, programs: [FilePath]) throws -> String {
            let folder = try SharedFolder(parsing: "\(folder),/var/x", isReadOnly: true)
            return try #require(throws: MachineError.self) { try start.server(of: folder, programs: programs) }.reason
        }
        #expect(
            try reason("/no/such", programs: HelperStart.fileServers)
                == "/no/such: no such folder to share with the guest")
        #expect(
            try reason(folder.path.string, programs: ["/no/virtiofsd"])
                == "a shared folder needs virtiofsd, which is not in /no/virtiofsd; "
                + "install the package qemu-system-common or virtiofsd")
    }

    @Test(arguments: ["socket", "options"])
    func diskBootsOverASocketAndWithOptionsOfItsOwn(kind: String) async throws {
        defer { folder.remove() }
        let files = try files("machine")
        var description = try description()
        try BootSector.write("up from here\r\n", to: folder.path.appending("disk.img"))
        description.primaryDisk.isOverSocket = kind == "socket"
        description.primaryDisk.driveOptions = kind == "socket" ? nil : "cache=writeback"
        description.primaryDisk.isMultipath = true
        let machine = try await launch(description, files: files)
        while !machine.consoleTail.joined().contains("up from here") { try await Task.sleep(for: .milliseconds(5)) }
        #expect(!FileContent.exists(files.overlay))
        await machine.kill()
        #expect(processes(of: files).isEmpty)
    }
}
