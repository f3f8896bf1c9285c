/// How a test went.
public enum Outcome: String, Sendable, Codable {
    /// It passed.
    case pass = "PASS"
    /// It failed.
    case fail = "FAIL"
    /// It failed, and is known to.
    case warn = "WARN"
    /// It was not run.
    case skip = "SKIP"
}

/// A test, or a part of one, that has ended.
public struct TestResult: Sendable, Equatable {
    /// Its name; a part's name is `test/part`.
    public let name: String
    /// How it went.
    public let outcome: Outcome
    /// How long it took.
    public let duration: Duration
    /// What it logged; the reason where it failed.
    public let output: String
    /// Its parts, in the order in which they ran.
    public let subtests: [TestResult]
    /// Why it failed, in one line; empty where it did not.
    public let reason: String
    /// What it did when; empty for parts of tests.
    public let timeline: TestTimeline

    /// A result.
    public init(
        name: String, outcome: Outcome, duration: Duration, output: String, subtests: [TestResult] = [],
        reason: String = "", timeline: TestTimeline = TestTimeline()
    ) {
        self.name = name
        self.outcome = outcome
        self.duration = duration
        self.output = output
        self.subtests = subtests
        self.reason = reason
        self.timeline = timeline
    }
}

extension Duration {
    /// Whole nanoseconds.
    var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }

    /// Seconds with two digits, as in `--- PASS: basic (26.33s)`.
    var hundredths: String {
        let hundredths = (nanoseconds + 5_000_000) / 10_000_000
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)s"
    }
}
