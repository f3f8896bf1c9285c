import Foundation
import Synchronization

/// Follows the virtio ports of a machine.
final class PortMonitor: Sendable {
    private struct State {
        var lines: [GuestPort: LineBuffer] = [:]
        var journal = JournalReader()
        var dump: LogFile?
        var testOutput: LogFile?
        var ignitionReason: String?
    }

    private struct JournalEntry: Decodable {
        let MESSAGE: String?
        let PRIORITY: String?
        let SYSLOG_IDENTIFIER: String?
    }

    private let files: MachineFiles
    private let journal: LogFile
    private let events: MachineEvents
    private let consoleTail: @Sendable () -> [String]
    private let state = Mutex(State())

    init(
        files: MachineFiles, journal: LogFile, events: MachineEvents, consoleTail: @escaping @Sendable () -> [String]
    ) {
        self.files = files
        self.journal = journal
        self.events = events
        self.consoleTail = consoleTail
    }

    func receive(_ bytes: [UInt8], on port: GuestPort) {
        switch port {
        case .journal:
            let entries = state.withLock { $0.journal.append(bytes) }
            if !entries.isEmpty { journal.write(Array(entries.map { $0.text + "\n" }.joined().utf8)) }
            for entry in entries where entry.identifier == GuestPort.testIdentifier { receiveTestOutput(entry) }
        case .ready, .test, .installation:
            let lines = state.withLock { $0.lines[port, default: LineBuffer(limit: 4096)].append(bytes) }
            for line in lines {
                events.post(MachineMessage(port: port, text: line.trimmingCharacters(in: .whitespacesAndNewlines)))
            }
        case .ignitionJournal: receiveIgnition(bytes)
        // It has a reader of its own.
        case .command: return
        }
    }

    /// What a test says is kept by itself; its end is an event, so that nobody reads the file before it is whole.
    private func receiveTestOutput(_ entry: JournalReader.Entry) {
        guard entry.message != GuestPort.testOutputEnd else {
            events.post(MachineMessage(port: .journal, text: entry.message))
            return
        }
        state.withLock { state in
            if state.testOutput == nil { state.testOutput = try? LogFile(files.testOutput) }
            state.testOutput?.write(Array((entry.message + "\n").utf8))
        }
    }

    /// CoreOS's initramfs sends its journal where it ends in the emergency target, and `{}` after it.
    private func receiveIgnition(_ bytes: [UInt8]) {
        let failure: String? = state.withLock { state in
            if state.dump == nil { state.dump = try? LogFile(files.ignitionDump) }
            state.dump?.write(bytes)
            var isComplete = false
            for line in state.lines[.ignitionJournal, default: LineBuffer(limit: 1 << 20)].append(bytes) {
                if line.trimmingCharacters(in: .whitespaces) == "{}" { isComplete = true }
                guard let entry = try? JSONDecoder().decode(JournalEntry.self, from: Data(line.utf8)),
                    let message = entry.MESSAGE, let priority = entry.PRIORITY.flatMap(Int.init), priority <= 3
                else { continue }
                if entry.SYSLOG_IDENTIFIER == "ignition" || state.ignitionReason == nil {
                    state.ignitionReason = message
                }
            }
            guard isComplete else { return nil }
            return state.ignitionReason ?? "the initramfs ended in its emergency target"
        }
        if let failure {
            events.fail(
                MachineError(
                    kind: .ignition, reason: "Ignition or another part of the initramfs failed: \(failure)",
                    consoleTail: consoleTail()))
        }
    }
}
