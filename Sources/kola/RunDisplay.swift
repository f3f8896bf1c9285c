import Foundation
import HostSystem
import Synchronization
import TestRunner

/// Shows a run: plain lines, and below them, on a terminal that somebody looks at, what goes on.
final class RunDisplay: Sendable {
    private struct State {
        var progress = LiveProgress()
        /// How many lines of progress the terminal shows now.
        var shown = 0
        /// The terminal is somebody's shell: lines wait here until it is given back; nil while it is not.
        var waiting: [String]?
    }

    private let isLive: Bool
    private let isVerbose: Bool
    private let isDebugging: Bool
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    init(isVerbose: Bool, isDebugging: Bool, isLive: Bool = RunDisplay.isTerminal()) {
        self.isVerbose = isVerbose
        self.isDebugging = isDebugging
        self.isLive = isLive
    }

    /// Somebody looks at standard output, and it can redraw lines.
    static func isTerminal(
        _ environment: [String: String] = ProcessInfo.processInfo.environment,
        output: Bool = isatty(STDOUT_FILENO) == 1
    ) -> Bool {
        let isQuiet = ["CI", "NO_COLOR"].contains { !(environment[$0] ?? "").isEmpty }
        return output && !isQuiet && !["", "dumb"].contains(environment["TERM"] ?? "")
    }

    /// Shows what the run tells.
    func show(_ event: RunEvent) {
        state.withLock { state in
            let lines = lines(of: event)
            if isLive { state.progress.note(event, at: .now - start) }
            guard state.waiting == nil else {
                state.waiting?.append(contentsOf: lines)
                return
            }
            guard isLive else { return Output.write(lines) }
            draw(&state, above: lines)
        }
    }

    /// Runs `body`, and keeps the times that are shown going meanwhile.
    func whileShown<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        guard isLive else { return try await body() }
        let clock = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(1))
                state.withLock { if $0.waiting == nil { draw(&$0, above: []) } }
            }
        }
        defer {
            clock.cancel()
            state.withLock { state in
                state.progress = LiveProgress()
                draw(&state, above: [])
            }
        }
        return try await body()
    }

    /// Leaves the terminal to somebody else.
    func pause() {
        state.withLock { state in
            if isLive {
                state.progress.isHidden = true
                draw(&state, above: [])
            }
            state.waiting = []
        }
    }

    /// Takes the terminal back, and shows what came meanwhile.
    func resume() {
        state.withLock { state in
            let lines = state.waiting ?? []
            state.waiting = nil
            state.progress.isHidden = false
            if isLive { draw(&state, above: lines) } else { Output.write(lines) }
        }
    }

    private func lines(of event: RunEvent) -> [String] {
        switch event {
        case .started where isLive && !isVerbose: []
        case .entered(let phase, let test) where isDebugging: ["debug: \(test): \(phase.rawValue)"]
        default: event.lines(isVerbose: isVerbose || isDebugging)
        }
    }

    private func draw(_ state: inout State, above lines: [String]) {
        let (width, height) = Self.size
        let progress = state.progress.lines(at: .now - start, width: width - 1).prefix(max(1, height - 1))
        var text = state.shown > 0 ? "\u{1b}[\(state.shown)A" : ""
        text += "\r\u{1b}[J" + (lines + progress).map { $0 + "\n" }.joined()
        state.shown = progress.count
        FileHandle.standardOutput.write(Data(text.utf8))
    }

    private static var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}
