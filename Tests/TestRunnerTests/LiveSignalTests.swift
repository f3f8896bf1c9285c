import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import TestRunner
@testable import VirtualMachine

/// What guests say about installations, and what kola makes of it.
@Suite(.timeLimit(.minutes(10))) struct LiveSignalTests {
    private let events = MachineEvents()

    private func say(_ lines: String...) {
        for line in lines { events.post(MachineMessage(port: .installation, text: line)) }
    }

    @Test func signalsComeInTheirOrder() async throws {
        let listener = LiveListener(events)
        say(LiveSignal.live, LiveSignal.installed)
        events.post(MachineMessage(port: .test, text: "something else"))
        try await listener.expect(LiveSignal.live)
        try await listener.expect(LiveSignal.installed)
        say("noise")
        let error = try await #require(throws: TestFailure.self) { try await listener.expect(LiveSignal.live) }
        #expect(error.reason == "the guest said \"noise\" on testisocompletion, not \"live-test-OK\"")
    }

    @Test func failureHasTheInstallersLastLine() async throws {
        let listener = LiveListener(events)
        say(
            LiveSignal.live, "\(LiveSignal.failedUnits)coreos-installer.service",
            "\(LiveSignal.lastLine)error: /dev/vda is too small", LiveSignal.emergency)
        try await listener.expect(LiveSignal.live)
        let error = try await #require(throws: TestFailure.self) { try await listener.expect(LiveSignal.installed) }
        #expect(
            error.reason
                == "the guest ended in its emergency target (failed: coreos-installer.service); the installer said: "
                + "error: /dev/vda is too small")
    }

    @Test func failureOfAnotherUnitHasNoLine() async throws {
        say(LiveSignal.failedUnits.trimmingCharacters(in: .whitespaces), LiveSignal.lastLine, LiveSignal.emergency)
        let emergency = try await LiveListener(events).expectEmergency()
        #expect(emergency == LiveListener.Emergency())
        #expect(
            emergency.failure.reason
                == "the guest ended in its emergency target (failed: no unit); the installer said nothing")
    }

    @Test func installationThatWorksIsNoFailureThatWasExpected() async throws {
        say(LiveSignal.installed)
        let error = try await #require(throws: TestFailure.self) { try await LiveListener(events).expectEmergency() }
        #expect(error.reason == "the installer was to fail, but the guest said \"coreos-installer-test-OK\"")
    }

    @Test func emergencyShellIsExplainedByWhatWasSaidBefore() async throws {
        say(LiveSignal.live, "\(LiveSignal.lastLine)error: why", LiveSignal.emergency)
        let shell = MachineError(
            kind: .console(pattern: ConsolePattern.emergencyShell), reason: "emergency shell on the console",
            consoleTail: ["the tail"])
        events.fail(shell)
        let explained = try #require(await LiveListener.explained(shell, events) as? TestFailure)
        #expect(explained.reason.hasSuffix("the installer said: error: why"))
        #expect(explained.details.contains("the tail"))
        let panic = MachineError(kind: .console(pattern: "kernel panic"), reason: "panic", consoleTail: [])
        #expect(await LiveListener.explained(panic, events) is MachineError)
    }

    @Test func emergencyShellThatNothingWasSaidAboutStaysWhatItIs() async {
        let shell = MachineError(
            kind: .console(pattern: ConsolePattern.emergencyShell), reason: "shell", consoleTail: [])
        events.fail(shell)
        #expect(await LiveListener.explained(shell, events) is MachineError)
    }

    /// The script that a guest runs, with a journal and units that are not there.
    @Test func guestSaysWhichUnitsFailedAndWhatTheInstallerSaid() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            "#!/bin/sh\ncase $* in *SYSLOG_IDENTIFIER=coreos-installer-service*) printf 'one\\nerror: two\\n\\n' ;; esac\n",
            to: "bin/journalctl", mode: 0o755)
        try directory.write(
            "#!/bin/sh\necho 'a.service loaded failed failed A'\necho 'b.mount loaded failed failed B'\n",
            to: "bin/systemctl", mode: 0o755)
        let port = directory.appending("port")
        let script = LiveSignal.failureScript.replacing(GuestPort.installation.device, with: port.string)
        try await Command(
            "bash", ["-c", script],
            environment: ["PATH": "\(directory.appending("bin")):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"]
        ).run()
        let lines = String(decoding: try FileContent.read(port), as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(
            lines == [
                "\(LiveSignal.failedUnits)a.service b.mount ", "\(LiveSignal.lastLine)error: two", LiveSignal.emergency,
            ])
    }

    @Test func signatureIsGoodForSomethingElse() async throws {
        let directory = try TemporaryDirectory()
        try AtomicFile.write(UnknownSigner.key, to: directory.appending("key"))
        try AtomicFile.write(UnknownSigner.signature, to: directory.appending("signature"))
        for (content, isGood) in [("another image\n", true), ("an image\n", false)] {
            let file = try directory.write(content, to: "image")
            let output = try await Command(
                "gpgv",
                ["--keyring", directory.appending("key").string, directory.appending("signature").string, file.string]
            ).capture()
            #expect((output.status == 0) == isGood)
            #expect(output.standardError.contains(isGood ? "Good signature" : "BAD signature"))
        }
    }

    @Test func liveSystemAnswersARequestForTheConfig() async throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("HTTP/1.0 200 OK\r\n\r\n{}", to: "answer")
        let answer = try await Command(
            "bash", ["-c", TargetConfigServer.script.replacing(TargetConfigServer.path, with: file.string)]
        ).capture(input: Array("GET /target.ign HTTP/1.1\r\nHost: a\r\n\r\nrest".utf8))
        #expect(answer.status == 0 && answer.text == "HTTP/1.0 200 OK\r\n\r\n{}")
    }
}
