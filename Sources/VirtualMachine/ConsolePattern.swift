import Foundation

/// Something that must not be on a guest's console or in its journal.
public struct ConsolePattern: Sendable, Equatable {
    /// A short name, the first words of the failure.
    public let name: String
    /// A regular expression (ICU), matched line by line; over all of the text where ``spansLines``.
    public let expression: String
    /// Why a machine that says this is not well.
    public let reason: String
    /// The machine will not get any further: waiting for it ends at once.
    public let isFatal: Bool
    /// It waits for somebody's answer: its line has no end.
    public let isPrompt: Bool
    /// The expression is about several lines.
    public let spansLines: Bool

    init(
        _ name: String, _ expression: String, _ reason: String, isFatal: Bool = false, isPrompt: Bool = false,
        spansLines: Bool = false
    ) {
        self.name = name
        self.expression = expression
        self.reason = reason
        self.isFatal = isFatal
        self.isPrompt = isPrompt
        self.spansLines = spansLines
    }

    /// A place where a pattern was found.
    public struct Finding: Sendable, Equatable, Codable, CustomStringConvertible {
        /// The pattern's name.
        public let name: String
        /// The pattern's reason.
        public let reason: String
        /// The line, counted from 1.
        public let line: Int
        /// What the line says.
        public let text: String

        /// One line.
        public var description: String { "\(name) (\(reason)), line \(line): \(text)" }
    }
}

extension ConsolePattern {
    /// Finds patterns in a console or journal; the first place of each, in the order of the patterns.
    public static func findings(in text: String, patterns: [ConsolePattern] = all) -> [Finding] {
        let clean = ConsoleText.withoutEscapes(text)
        let whole = NSRange(clean.startIndex..., in: clean)
        return patterns.compactMap { pattern in
            guard let expression = try? NSRegularExpression(pattern: pattern.expression, options: pattern.options),
                let match = expression.firstMatch(in: clean, range: whole),
                let range = Range(match.range, in: clean)
            else { return nil }
            let line = clean[..<range.lowerBound].utf8.reduce(1) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
            let lines = clean.lineRange(for: range.lowerBound..<range.lowerBound)
            return Finding(
                name: pattern.name, reason: pattern.reason, line: line,
                text: clean[lines].trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    private var options: NSRegularExpression.Options { spansLines ? [.dotMatchesLineSeparators] : [.anchorsMatchLines] }
}
