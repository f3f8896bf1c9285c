import Foundation
import HostSystem
import SystemPackage
import Testing

@testable import TestRunner
@testable import VirtualMachine

/// The guest's script, run by the bash of this host with these programs and no others.
@Suite(.timeLimit(.minutes(2))) struct BootchartTests {
    /// Draws a chart in a guest that has these programs, by name.
    private func chart(_ programs: [String: String]) async throws -> String {
        let folder = try TemporaryFolder(prefix: "chart")
        defer { folder.remove() }
        for (name, text) in programs {
            try AtomicFile.write(
                Array("#!/bin/sh\n\(text)\n".utf8), to: folder.path.appending(name), mode: [.ownerReadWriteExecute])
        }
        let pair = try SocketPair()
        let script = GuestAgent.script(opening: "PATH=\(folder.path)", folder: folder.path.string)
        let guest = try BackgroundProcess(
            Command("bash", ["-c", script]), streams: .file(folder.path.appending("log")), descriptors: [pair.child])
        defer { withExtendedLifetime(guest) {} }
        try pair.child.close()
        let port = try CommandPort(pair.host) { _ in }
        ChannelReader.start([ChannelReader.Source(descriptor: pair.host) { port.receive($0) }]) {
            port.close(MachineError(kind: .exited(status: 0), reason: "gone"))
        }
        return try await Bootchart.svg(over: port)
    }

    @Test func theChartIsAllThatComesBack() async throws {
        let svg = try await chart([
            "systemd-analyze": "echo odd >&2; echo '<svg/>'", "systemctl": "echo degraded; exit 1",
        ])
        #expect(svg == "<svg/>")
    }

    @Test func aGuestWithoutTheProgramIsAnError() async throws {
        let error = try await #require(throws: TestRunnerError.self) { try await chart(["systemctl": ":"]) }
        #expect(
            error.description == "the guest has no systemd-analyze, which draws the chart; its image needs it")
    }

    @Test func whatTheProgramSaysIsTheReason() async throws {
        let error = try await #require(throws: GuestCommandError.self) {
            try await chart([
                "systemctl": ":", "systemd-analyze": "echo 'Bootup is not yet finished.' >&2; exit 1",
            ])
        }
        #expect(error.description.hasSuffix("in the guest failed with status 1: Bootup is not yet finished."))
    }

    @Test func keysOfOthersAreThoseOfTheSameUser() async throws {
        var spawn = Spawn(machine: MachineDescription(image: "/i.qcow2"))
        spawn.publicKeys = ["ssh-ed25519 OTHER"]
        let config = String(decoding: try await spawn.config(publicKey: "ssh-ed25519 OWN"), as: UTF8.self)
        // Ignition refuses a config with two entries for a user.
        #expect(config.components(separatedBy: #""name":"core""#).count == 2)
        #expect(config.contains("ssh-ed25519 OWN") && config.contains("ssh-ed25519 OTHER"))
    }
}
