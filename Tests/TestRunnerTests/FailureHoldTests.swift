import Foundation
import HostSystem
import Synchronization
import SystemPackage
import TestSupport
import Testing
import VirtualMachine

@testable import TestRunner

/// Guests that never get ready, so that their test fails by its limit.
@Suite(.timeLimit(.minutes(3))) struct FailureHoldTests {
    private struct Look: Sendable {
        var reason = ""
        var isReachable = false
        var processIdentifier: Int32?
    }

    private static func emulator(of host: String) -> Int32? {
        FileContent.names(in: "/proc").compactMap { Int32($0) }.first { number in
            guard let line = try? FileContent.read(FilePath("/proc/\(number)/cmdline")) else { return false }
            let text = String(decoding: line, as: UTF8.self)
            return text.contains(QEMUArguments.emulator) && text.contains(host)
        }
    }

    /// Runs a test that takes six seconds at most, and returns what somebody saw who looked at its machine.
    private func run(_ text: String, in folder: FilePath) async throws -> (look: Look?, report: RunReport) {
        let disk = folder.appending("disk.img")
        try BootSector.write(text, to: disk)
        var options = RunOptions(image: disk)
        options.outputDirectory = folder.appending("out")
        options.extendTimeoutPercentage = -99
        let seen = Mutex<Look?>(nil)
        options.onFailure = { machine in
            let configuration = (try? FileContent.read(machine.configuration)) ?? []
            let look = Look(
                reason: machine.reason,
                isReachable: String(decoding: configuration, as: UTF8.self).contains("Host \(machine.host)"),
                processIdentifier: Self.emulator(of: machine.host))
            seen.withLock { $0 = look }
        }
        let test = KolaTest(name: "t", body: .native { _ in })
        let report = try #require(try await TestRun(options, native: [test]) { _ in }.run().report)
        return (seen.withLock { $0 }, report)
    }

    @Test func theMachineOfAFailedTestLivesAsLongAsSomebodyLooks() async throws {
        let folder = try TemporaryFolder(prefix: "hold")
        defer { folder.remove() }
        let (look, report) = try await run("booting\r\n", in: folder.path)
        let seen = try #require(look)
        #expect(seen.reason.hasPrefix("TIMEOUT[6s]") && seen.isReachable)
        let number = try #require(seen.processIdentifier)
        #expect(kill(number, 0) != 0)
        #expect(report.outcome == .fail)
    }

    @Test func nobodyIsShownAMachineThatCannotGoOn() async throws {
        let folder = try TemporaryFolder(prefix: "hold")
        defer { folder.remove() }
        let (look, report) = try await run("Kernel panic - not syncing: x\r\n", in: folder.path)
        #expect(look == nil)
        #expect(report.outcome == .fail)
    }

    @Test func unitsToDebugHaveADropin() throws {
        var options = RunOptions(image: "/i.qcow2")
        options.debugUnits = ["sshd.service", "chronyd.service"]
        let key = try MachineSource.key(
            KolaTest(name: "t", body: .native { _ in }), options: options, publicKey: "ssh-ed25519 AAAA")
        let text = String(decoding: key.ignition, as: UTF8.self)
        #expect(text.components(separatedBy: "SYSTEMD_LOG_LEVEL=debug").count == 3)
        #expect(text.contains(#""name":"sshd.service""#) && text.contains(#""name":"chronyd.service""#))
    }
}
