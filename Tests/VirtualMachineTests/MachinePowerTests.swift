import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import VirtualMachine

/// Real QEMU, with a guest of 512 bytes.
@Suite(.serialized, .timeLimit(.minutes(3))) struct MachinePowerTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "power") }

    private func launch(
        _ watch: ConsoleWatch = ConsoleWatch(), _ change: (inout MachineDescription) -> Void = { _ in }
    ) async throws -> Machine {
        var description = MachineDescription(image: folder.path.appending("disk.img"), memory: 64)
        description.primaryDisk.size = 8 << 20
        change(&description)
        return try await Machine.launch(
            description, identifier: UUID().uuidString.lowercased(), ignition: nil,
            files: MachineFiles(output: folder.path, temporary: folder.path), accelerator: .tcg,
            onConsole: watch.receive)
    }

    @Test func resetStartsTheGuestAgain() async throws {
        defer { folder.remove() }
        try BootSector.write("up", to: folder.path.appending("disk.img"))
        let watch = ConsoleWatch()
        let machine = try await launch(watch)
        try await watch.line(with: "up")
        try await machine.reset()
        try await watch.line(with: "upup")
        await machine.kill()
    }

    @Test func writeBeyondAPlaceIsAnEvent() async throws {
        defer { folder.remove() }
        // xor ax, ax; mov ds, ax; again: mov ax, 0x4300; mov dl, 0x80; mov si, packet; int 0x13; jmp again. The packet
        // (INT 13h extensions, "disk address packet"): one sector from 0:0x7c00 to sector 4,096.
        let code: [UInt8] = [
            0x31, 0xc0, 0x8e, 0xd8, 0xb8, 0x00, 0x43, 0xb2, 0x80, 0xbe, 0x20, 0x7c, 0xcd, 0x13, 0xeb, 0xf4,
        ]
        let packet: [UInt8] = [0x10, 0, 1, 0, 0x00, 0x7c, 0, 0, 0x00, 0x10, 0, 0, 0, 0, 0, 0]
        let sector = code + [UInt8](repeating: 0, count: 32 - code.count) + packet
        let padding = [UInt8](repeating: 0, count: 510 - sector.count)
        try AtomicFile.write(
            sector + padding + [0x55, 0xaa] + [UInt8](repeating: 0, count: (4 << 20) - 512),
            to: folder.path.appending("disk.img"))
        let machine = try await launch()
        for _ in 0..<3 { try await machine.written(beyond: 1 << 20) }
        await machine.kill()
    }

    @Test func waitForAWriteThatDoesNotComeCanBeGivenUp() async throws {
        defer { folder.remove() }
        try BootSector.write("up", to: folder.path.appending("disk.img"))
        let watch = ConsoleWatch()
        let machine = try await launch(watch)
        let waiting = Task { try await machine.written(beyond: 1 << 20) }
        try await watch.line(with: "up")
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        await machine.kill()
    }

    @Test func cableCanBePulledAndPluggedIn() async throws {
        defer { folder.remove() }
        let script = "#!ipxe\necho the network is there\n"
        try AtomicFile.write(Array(script.utf8), to: folder.path.appending("boot.ipxe"))
        try BootSector.write("up", to: folder.path.appending("disk.img"))
        let watch = ConsoleWatch()
        let machine = try await launch(watch) {
            $0.memory = 256
            $0.netboot = .init(folder: folder.path, file: "boot.ipxe")
        }
        try await machine.setNetwork(isConnected: false)
        // iPXE makes a dot for each time that it looks for an answer; with one there are six.
        try await watch.line(with: "Configuring (net0 52:54:00:12:34:56)" + String(repeating: ".", count: 12))
        try await machine.setNetwork(isConnected: true)
        try await machine.reset()
        try await watch.line(with: "the network is there")
        await machine.kill()
    }
}
