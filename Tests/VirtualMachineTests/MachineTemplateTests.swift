import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import VirtualMachine

/// Real QEMU, with a guest of 512 bytes that says the alphabet.
@Suite(.serialized, .timeLimit(.minutes(5))) struct MachineTemplateTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "template") }

    private func files(_ name: String) throws -> MachineFiles {
        let path = folder.path.appending(name)
        try FileContent.createDirectory(path)
        return MachineFiles(output: path, temporary: path)
    }

    private func template(firmware: MachineDescription.Firmware = .bios) async throws -> MachineTemplate {
        let disk = folder.path.appending("disk.img")
        try BootSector.writeTicker(to: disk)
        return try await MachineTemplate.boot(
            MachineDescription(image: disk, firmware: firmware, memory: 64), identifier: UUID().uuidString,
            ignition: Array("{}".utf8), files: try files("template"), accelerator: .tcg, fatalPatterns: []
        ) { machine in
            while !Self.letters(machine).contains("hij") { try await Task.sleep(for: .milliseconds(5)) }
            return Machine.Boot(identifier: "boot", position: 0)
        }
    }

    private static func letters(_ machine: Machine) -> String { letters(machine.consoleTail.joined()) }

    private static func letters(_ text: String) -> String {
        // The firmware speaks before the guest does.
        String(text.reversed().prefix { $0.isLowercase && $0.isASCII }.reversed())
    }

    private func letters(of files: MachineFiles) throws -> String {
        Self.letters(String(decoding: try FileContent.read(files.console), as: UTF8.self))
    }

    @Test func forksGoOnWhereTheTemplateWasSaved() async throws {
        defer { folder.remove() }
        let template = try await template()
        let last = try #require(try letters(of: try files("template")).last?.asciiValue)
        let next = Character(UnicodeScalar(last == UInt8(ascii: "z") ? UInt8(ascii: "a") : last + 1))
        let memory = try Digest.ofFile(FilePath("/proc/self/fd/\(template.memoryDescriptor.rawValue)"))
        for name in ["one", "two", "three"] {
            let files = try files(name)
            let fork = try await template.fork(identifier: UUID().uuidString, files: files)
            #expect(try await fork.ready().identifier == "boot")
            while Self.letters(fork).count < 3 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(!FileContent.exists(files.overlay))
            await fork.kill()
            // No fork sees what another did after the template.
            #expect(try letters(of: files).first == next)
        }
        #expect(try Digest.ofFile(FilePath("/proc/self/fd/\(template.memoryDescriptor.rawValue)")) == memory)
    }

    @Test func savedStateThatIsDamagedIsAnError() async throws {
        defer { folder.remove() }
        let template = try await template()
        let state = try files("template").state
        #expect(try FileContent.read(state).count < 4 << 20)
        try AtomicFile.write(Array("damaged".utf8), to: state)
        let error = try await #require(throws: MachineError.self) {
            try await template.fork(identifier: UUID().uuidString, files: try files("x"))
        }
        #expect(error.reason.contains("saved state") || error.reason.contains("QEMU ended"))
    }
}
