/// What a run tells while it goes on.
public enum RunEvent: Sendable {
    /// A message for people.
    case note(String)
    /// So many tests are going to run.
    case planned(Int)
    /// A test or a part of one starts.
    case started(String)
    /// A test that has started is now in this phase.
    case entered(TestPhase, test: String)
    /// A test or a part of one has ended.
    case finished(TestResult, isSubtest: Bool)

    /// The lines that it is on a terminal or in a log: those of Go's test runner, which scripts look for.
    public var lines: [String] { lines(isVerbose: false) }

    /// The same; where it is verbose with the output of tests that passed too.
    public func lines(isVerbose: Bool) -> [String] {
        switch self {
        case .note(let text): [text]
        case .planned, .entered: []
        case .started(let name): ["=== RUN   \(name)"]
        case .finished(let result, let isSubtest):
            Self.lines(of: result, indentation: isSubtest ? "    " : "", isVerbose: isVerbose)
        }
    }

    private static func lines(of result: TestResult, indentation: String, isVerbose: Bool) -> [String] {
        let head = "\(indentation)--- \(result.outcome.rawValue): \(result.name) (\(result.duration.hundredths))"
        guard isVerbose || result.outcome != .pass, !result.output.isEmpty else {
            return [head]
        }
        let output = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        return [head] + output.map { "\(indentation)        \($0)" }
    }
}
