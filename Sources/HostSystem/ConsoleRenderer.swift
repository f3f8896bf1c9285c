import Foundation

/// Shows a ``Reporter``'s events: messages on standard output, where scripts look for them, steps on standard error.
public struct ConsoleRenderer: Sendable {
    /// What is shown, and how.
    public enum Style: Sendable, Hashable {
        /// Messages, and each step with its time when it ends.
        case plain
        /// Messages, steps and the tools' output.
        case verbose
        /// Messages only.
        case quiet
        /// Every event as one JSON object on a line of standard error; standard output is left to the result.
        case json
    }

    /// What is shown, and how.
    public let style: Style

    /// Where messages go.
    public enum Stream: Sendable, Hashable {
        /// Where scripts look for them.
        case standardOutput
        /// Beside everything else, where standard output is a report for programs.
        case standardError
    }

    private let notes: Stream

    /// A renderer of this style.
    public init(_ style: Style, notes: Stream = .standardOutput) {
        self.style = style
        self.notes = notes
    }

    /// The reporter to hand down.
    public var reporter: Reporter { Reporter { show($0) } }

    private func show(_ event: Reporter.Event) {
        if style == .json {
            guard let line = Self.json(event) else { return }
            StandardError.write(line)
        } else if case .note(let message) = event, notes == .standardOutput {
            FileHandle.standardOutput.write(Data((Redaction.redact(message) + "\n").utf8))
        } else if let line = text(event) {
            StandardError.write(line)
        }
    }

    /// The line for people; nil where the style leaves the event out.
    func text(_ event: Reporter.Event) -> String? {
        guard style != .quiet else { return nil }
        return switch event {
        case .started(let name): style == .verbose ? "-> \(name)" : nil
        case .finished(let name, let seconds): "   \(name) (\(Self.format(seconds)))"
        case .failed(let name, let seconds): "   \(name) failed (\(Self.format(seconds)))"
        case .output(let line): style == .verbose ? "   | \(Redaction.redact(line))" : nil
        case .note(let message): Redaction.redact(message)
        }
    }

    /// The line for programs.
    static func json(_ event: Reporter.Event) -> String? {
        let record =
            switch event {
            case .started(let name): Record(event: "started", step: name)
            case .finished(let name, let seconds): Record(event: "finished", step: name, seconds: seconds)
            case .failed(let name, let seconds): Record(event: "failed", step: name, seconds: seconds)
            case .output(let line): Record(event: "output", text: Redaction.redact(line))
            case .note(let message): Record(event: "note", text: Redaction.redact(message))
            }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(record)).map { String(decoding: $0, as: UTF8.self) }
    }

    private struct Record: Encodable {
        let event: String
        var step: String?
        var seconds: Double?
        var text: String?
    }

    /// `0.3 s`, `1 min 5 s`.
    static func format(_ seconds: Double) -> String {
        if seconds < 60 { return "\((seconds * 10).rounded() / 10) s" }
        let whole = Int(seconds.rounded())
        return "\(whole / 60) min \(whole % 60) s"
    }
}
