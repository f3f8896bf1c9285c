import Foundation
import HostSystem
import SystemPackage
import VirtualMachine

/// One external test on its guest.
struct ExternalTestRun: Sendable {
    let test: ExternalTest
    let name: String
    let guest: Guest
    let log: TestLog

    private var unit: ExternalTestUnit { ExternalTestUnit(test: test, name: name) }

    /// Installs the test, runs it to its end (over reboots where it asks for them) and keeps its output beside the journal.
    ///
    /// - Throws: ``TestFailure`` where it failed, ``MachineError`` where the machine ended.
    func run() async throws {
        try await install()
        let start = guest.machine.events.position
        try await guest.run("sudo systemctl start \(ExternalTestUnit.unit)")
        do {
            try await wait(from: start)
        } catch let failure as TestFailure {
            await saveOutput()
            throw TestFailure(failure.reason, details: failure.details + (await status()))
        }
        await saveOutput()
    }

    private func install() async throws {
        let program = try FileContent.read(test.executable)
        try await guest.run("sudo install -D -m 0755 /dev/stdin \(unit.executable.shellQuoted)", input: program)
        if let data = test.data {
            let archive = try await Command("tar", ["-C", data.string, "-c", "-h", "--owner=0", "--group=0", "."]).run()
            let target = ExternalTestUnit.dataDirectory
            try await guest.run("sudo mkdir -p \(target) && sudo tar -x -C \(target)", input: archive.standardOutput)
        }
    }

    /// Follows what the guest says until the test has finished.
    private func wait(from start: Int) async throws {
        var position = start
        var mark: String?
        while true {
            let boot = guest.boot.identifier
            let (next, message) = try await guest.machine.events.message(from: position) { message in
                message.port == .test || (message.port == .ready && message.words.last != boot)
            }
            position = next
            let words = message.words
            switch (message.port, words.first) {
            case (.test, "reboot") where words.count == 2:
                mark = words[1]
                log.timeline.begin(.reboot)
                log.append("the test reboots its machine with mark \(words[1])")
            case (.test, "finished") where words.count == 3:
                // A service that systemd stops on the way down has not finished.
                if words[1] == "killed", words[2] == "TERM" { continue }
                if words[1] == "exited", words[2] == "0" { return }
                throw TestFailure(Self.reason(code: words[1], status: words[2]))
            case (.ready, _):
                guard let resume = mark else {
                    throw TestFailure("the machine rebooted while the test ran, without being asked to")
                }
                mark = nil
                try await resumeTest(mark: resume)
            default:
                throw TestFailure("the guest said something that kola does not know: \(message.text)")
            }
        }
    }

    private func resumeTest(mark: String) async throws {
        try await guest.reconnect()
        try await guest.run(
            "sudo tee \(ExternalTestUnit.environmentFile) >/dev/null",
            input: Array("AUTOPKGTEST_REBOOT_MARK=\(mark)\n".utf8))
        try await guest.run("sudo systemctl start \(ExternalTestUnit.unit)")
        log.timeline.begin(.run)
    }

    static func reason(code: String, status: String) -> String {
        switch code {
        case "exited": "the test exited with status \(status)"
        case "killed": "the test was killed by SIG\(status)"
        case "dumped": "the test crashed with SIG\(status)"
        default: "the test could not be run (\(code) \(status))"
        }
    }

    private func status() async -> [String] {
        let command = "sudo systemctl status --no-pager --full --lines=40 \(ExternalTestUnit.unit)"
        let output = try? await guest.session.capture(command)
        return (output?.text ?? "").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private func saveOutput() async {
        let command =
            "sudo journalctl --quiet --output=short-iso-precise --identifier=\(unit.syslogIdentifier.shellQuoted)"
        guard let output = try? await guest.session.capture(command), output.status == 0 else { return }
        let path = guest.machine.files.output.appending("\(OutputDirectory.safe(name)).txt")
        try? AtomicFile.write(output.standardOutput, to: path)
    }
}
