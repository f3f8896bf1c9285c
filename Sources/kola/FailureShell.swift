import Foundation
import HostSystem
import TestRunner

/// Opens a shell in machines whose tests failed, one after the other, as there is one terminal.
actor FailureShell {
    private let display: RunDisplay
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(display: RunDisplay) { self.display = display }

    /// Whether somebody can type in a shell.
    static var hasTerminal: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

    private static func run(_ command: Command) async throws -> Int32? {
        try await BackgroundProcess(command, streams: .inherited).exit()
    }

    /// Opens a shell and waits for its end. What the run says meanwhile is shown afterwards.
    func open(_ machine: FailedMachine) async {
        if isOpen { await withCheckedContinuation { waiting.append($0) } }
        isOpen = true
        display.pause()
        defer {
            display.resume()
            if waiting.isEmpty { isOpen = false } else { waiting.removeFirst().resume() }
        }
        Output.write([
            "--- \(machine.test) failed: \(machine.reason)",
            "A shell in its machine; the machine ends with it: ssh -F \(machine.configuration) \(machine.host)",
        ])
        let command = Command("ssh", ["-F", machine.configuration.string, "-t", machine.host])
        do {
            var status = try await Self.run(command)
            // 255 is ssh's own. A copy of a machine that failed at once may have reset it, as its sshd starts anew.
            if status == 255, !Task.isCancelled { status = try await Self.run(command) }
            if status == 255 { Output.write("The shell in the machine of \(machine.test) broke.") }
        } catch {
            Output.write("No shell in the machine of \(machine.test): \(error)")
        }
    }
}
