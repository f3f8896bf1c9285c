import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import TestRunner

/// Live tests from the selection to the report, on real QEMU with an ISO whose boot sector says a text.
@Suite(.serialized, .timeLimit(.minutes(5))) struct LiveTestRunTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func run(
        _ name: String, iso: FilePath? = nil, _ change: (inout RunOptions) -> Void = { _ in }
    ) async throws -> TestResult {
        var options = RunOptions(image: try directory.write("", to: "disk.qcow2"))
        options.outputDirectory = directory.appending("out")
        options.selection.patterns = [Glob(name)]
        if let iso {
            let other = try directory.write("x", to: "other")
            options.live = LiveArtifacts(
                build: "1", files: [.iso: iso, .kernel: other, .initramfs: other, .rootfs: other, .metal: other])
        }
        change(&options)
        let summary = try await TestRun(options, native: LiveTests.all) { _ in }.run()
        return try #require(summary.report?.results.first)
    }

    @Test func withoutABuildTheyAreSkipped() async throws {
        let result = try await run("iso.live-login.bios")
        #expect(result.outcome == .skip)
        #expect(
            result.output
                == "iso.live-login.bios needs the live images of a build; run it on one, without --qemu-image")
        let lines = RunEvent.finished(result, isSubtest: false).lines
        #expect(lines.first?.hasPrefix("--- SKIP: iso.live-login.bios (") == true && lines.count == 2)
    }

    @Test func withoutAnArtifactTheyAreSkipped() async throws {
        let result = try await run("iso.pxe-online-install.4k.uefi", iso: "/i.iso")
        #expect(result.outcome == .skip)
        #expect(result.output == "build 1 has no metal4k; run `cosa buildextend-metal4k`")
    }

    @Test func anInstallerThatNeverGivesUpIsNotKeptWaitingFor() async throws {
        let result = try await run("iso.iso-install.no-network.bios", iso: "/i.iso") {
            $0.live?.hasCoreOSInstaller = true
        }
        #expect(result.outcome == .skip && result.output.contains("tries to reach the network without an end"))
    }

    @Test func loginOnTheConsoleIsAPass() async throws {
        let fixture = try await LiveISOFixture(
            in: directory, consoleText: "demo login: core (automatic login)")
        let result = try await run("iso.live-login.bios", iso: fixture.path)
        #expect(result.outcome == .pass, "\(result.output)")
    }

    @Test func guestThatGivesUpIsAFailureAtOnce() async throws {
        let fixture = try await LiveISOFixture(
            in: directory, consoleText: "systemd[1]: Freezing execution.\r\n")
        let result = try await run("iso.iso-offline-install.bios", iso: fixture.path)
        #expect(result.outcome == .fail)
        #expect(result.reason.hasPrefix("systemd froze on the console"))
    }

    @Test func imageThatIsNoLiveISOIsNamed() async throws {
        let fixture = try await LiveISOFixture(in: directory, without: ["images/ignition.img"])
        let result = try await run("iso.iso-offline-install.bios", iso: fixture.path)
        #expect(result.outcome == .fail)
        #expect(result.reason.contains("\(fixture.path) is no live ISO image of a CoreOS: "))
    }

    @Test func timeThatIsOverIsToldWithWhatWasWaitedFor() async throws {
        let fixture = try await LiveISOFixture(in: directory, consoleText: "hello")
        // 15 minutes are too long: the limit is scaled to nothing that any guest could keep.
        let result = try await run("iso.live-login.bios", iso: fixture.path) { $0.extendTimeoutPercentage = -99 }
        #expect(result.outcome == .fail)
        #expect(result.reason == "TIMEOUT[9s]: waiting for the live system")
    }
}
