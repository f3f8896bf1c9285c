/// What a run tells while it goes on.
public enum RunEvent: Sendable {
    /// A message for people.
    case note(String)
    /// A test or a part of one starts.
    case started(String)
    /// A test or a part of one has ended.
    case finished(TestResult, isSubtest: Bool)

    /// The lines that it is on a terminal or in a log: those of Go's test runner, which scripts look for.
    public var lines: [String] {
        switch self {
        case .note(let text): [text]
        case .started(let name): ["=== RUN   \(name)"]
        case .finished(let result, let isSubtest):
            Self.lines(of: result, indentation: isSubtest ? "    " : "")
        }
    }

    private static func lines(of result: TestResult, indentation: String) -> [String] {
        let head = "\(indentation)--- \(result.outcome.rawValue): \(result.name) (\(result.duration.hundredths))"
        guard result.outcome == .fail || result.outcome == .warn else { return [head] }
        let output = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        return [head] + output.map { "\(indentation)        \($0)" }
    }
}
