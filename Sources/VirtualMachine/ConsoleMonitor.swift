import Foundation
import Synchronization

/// Follows a machine's console: keeps it in a file, remembers its last lines, and says when the guest cannot go on.
final class ConsoleMonitor: Sendable {
    private struct State {
        var lines = LineBuffer()
        var tail: [String] = []
        var ignition: String?
    }

    static let tailLength = 30

    private let log: LogFile
    private let patterns: [(pattern: ConsolePattern, expression: NSRegularExpression)]
    private let onFatal: @Sendable (MachineError) -> Void
    private let state = Mutex(State())

    init(log: LogFile, patterns: [ConsolePattern], onFatal: @escaping @Sendable (MachineError) -> Void) {
        self.log = log
        self.patterns = patterns.filter(\.isFatal).compactMap { pattern in
            (try? NSRegularExpression(pattern: pattern.expression)).map { (pattern, $0) }
        }
        self.onFatal = onFatal
    }

    /// The last lines, readable.
    var tail: [String] {
        state.withLock { state in
            let last = ConsoleText.withoutEscapes(state.lines.unfinished)
            return last.isEmpty ? state.tail : state.tail + [last]
        }
    }

    func receive(_ bytes: [UInt8]) {
        log.write(bytes)
        let (fresh, unfinished): ([String], String) = state.withLock { state in
            let complete = state.lines.append(bytes).map(ConsoleText.withoutEscapes)
            for line in complete where !line.isEmpty {
                state.tail.append(line)
                // What Ignition said last explains the emergency shell that follows.
                if line.contains("ignition["), line.contains("CRITICAL") || line.contains("ailed") {
                    state.ignition = line
                }
            }
            state.tail.removeFirst(max(0, state.tail.count - Self.tailLength))
            return (complete, ConsoleText.withoutEscapes(state.lines.unfinished))
        }
        for line in fresh {
            if let pattern = pattern(in: line) { return report(pattern, line) }
        }
        // A prompt has no line end, and nothing comes after it. Of other lines the end may still come.
        if let pattern = pattern(in: unfinished), pattern.isPrompt { report(pattern, unfinished) }
    }

    private func pattern(in line: String) -> ConsolePattern? {
        let whole = NSRange(line.startIndex..., in: line)
        return patterns.first { $0.expression.firstMatch(in: line, range: whole) != nil }?.pattern
    }

    private func report(_ pattern: ConsolePattern, _ line: String) {
        let text = line.trimmingCharacters(in: .whitespaces)
        var reason = "\(pattern.name) on the console (\(pattern.reason)): \(text)"
        if let ignition = state.withLock({ $0.ignition }), !text.contains(ignition) {
            reason += "; Ignition said: \(ignition.trimmingCharacters(in: .whitespaces))"
        }
        onFatal(MachineError(kind: .console(pattern: pattern.name), reason: reason, consoleTail: tail))
    }
}
