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

    /// Installs the test and runs it to its end (over reboots where it asks for them).
    ///
    /// - Returns: what waits until the last of its output is there: the journal is up to a quarter of a second behind.
    /// - Throws: ``TestFailure`` where it failed, ``MachineError`` where the machine ended.
    func run() async throws -> @Sendable () async -> Void {
        let start = guest.machine.events.position
        let ready = ContinuousClock.now
        let installation = ExternalTestUnit.installation(of: try FileContent.read(test.executable))
        try await guest.commands.run(installation.script, input: installation.input)
        log.append("first command answered \((ContinuousClock.now - ready).hundredths) after the machine was ready")
        if let data = test.data { try await copy(data) }
        try await guest.commands.run(unit.start())
        do {
            let started = try await wait(from: start)
            return { [events = guest.machine.events] in await Self.outputIsWhole(events, from: started) }
        } catch let failure as TestFailure {
            throw TestFailure(failure.reason, details: failure.details + (await status()))
        }
    }

    private func copy(_ data: FilePath) async throws {
        let archive = try await Command("tar", ["-C", data.string, "-c", "-h", "--owner=0", "--group=0", "."]).run()
        let target = ExternalTestUnit.dataDirectory
        try await guest.commands.run(
            "mkdir -p \(target) && tar -x -C \(target)", input: archive.standardOutput)
    }

    /// Follows what the guest says until the test has finished; returns the position from which its output's end is to come.
    private func wait(from start: Int) async throws -> Int {
        var position = start
        var started = start
        var mark: String?
        while true {
            let boot = guest.boot.identifier
            let (next, message) = try await guest.machine.events.message(from: position) { message in
                message.port == .test || (message.boot != nil && message.boot != boot)
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
                if words[1] == "exited", words[2] == "0" { return started }
                await Self.outputIsWhole(guest.machine.events, from: started)
                throw TestFailure(Self.reason(code: words[1], status: words[2]))
            case (.ready, _):
                guard let resume = mark else {
                    throw TestFailure("the machine rebooted while the test ran, without being asked to")
                }
                mark = nil
                started = position
                try await guest.untilRebooted()
                try await guest.commands.run(unit.start(mark: resume))
                log.timeline.begin(.run)
            default:
                let text = message.text.debugDescription
                throw TestFailure(
                    "the guest said something that kola does not know on the port of the test: \(text.prefix(80))")
            }
        }
    }

    /// Where the end of the output does not come the test's own result stands.
    private static func outputIsWhole(_ events: MachineEvents, from start: Int) async {
        _ = try? await Deadline.run(within: .seconds(10)) {
            try await events.message(from: start) { $0.port == .journal }
        } onExpiry: {
            CancellationError()
        }
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
        let command = "systemctl status --no-pager --full --lines=40 \(ExternalTestUnit.unit)"
        let output = try? await guest.commands.capture(command)
        return (output?.text ?? "").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
