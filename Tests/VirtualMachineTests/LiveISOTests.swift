import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import VirtualMachine

/// Real QEMU with an ISO that is nothing but GRUB.
@Suite(.serialized, .timeLimit(.minutes(5))) struct LiveISOTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "iso") }

    private func iso() async throws -> FilePath {
        let tree = folder.path.appending("tree/boot/grub")
        try FileContent.createDirectory(tree)
        let config = "serial --unit=0\nterminal_output serial\necho started from the ISO\nsleep 1000\n"
        try AtomicFile.write(Array(config.utf8), to: tree.appending("grub.cfg"))
        let path = folder.path.appending("live.iso")
        try await Command(
            "grub-mkrescue", ["-d", "/usr/lib/grub/i386-pc", "-o", path.string, folder.path.appending("tree").string]
        ).run()
        return path
    }

    @Test(arguments: [false, true])
    func bootsBesideAnEmptyDisk(isDisk: Bool) async throws {
        defer { folder.remove() }
        var description = MachineDescription(image: nil, memory: 128)
        description.iso = LiveISO(path: try await iso(), isDisk: isDisk)
        let machine = try await Machine.launch(
            description, identifier: UUID().uuidString.lowercased(), ignition: nil,
            files: MachineFiles(output: folder.path, temporary: folder.path), accelerator: .tcg)
        let disks = try await machine.monitor.execute(
            "human-monitor-command", arguments: ["command-line": "info block -v disk0"], returning: String.self)
        #expect(disks.contains("12 GiB (12884901888 bytes)"))
        while !machine.consoleTail.joined().contains("started from the ISO") {
            try await Task.sleep(for: .milliseconds(5))
        }
        await machine.kill()
    }

    @Test func imageThatIsNotThereIsNamed() async throws {
        defer { folder.remove() }
        for isArchive in [false, true] {
            var description = MachineDescription(image: nil, memory: 64)
            if isArchive {
                description.containerArchive = "/no/such"
            } else {
                description.iso = LiveISO(path: "/no/such")
            }
            let error = try await #require(throws: MachineError.self) {
                try await Machine.launch(
                    description, identifier: "x", ignition: nil,
                    files: MachineFiles(output: folder.path, temporary: folder.path), accelerator: .tcg)
            }
            #expect(error.reason == "/no/such: no such image")
        }
    }
}
