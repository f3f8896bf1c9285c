/// What keeps a run, or one test, from starting.
public struct TestRunnerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file, option or test that it is about; nil where it is about the run.
    public let subject: String?
    /// What is wrong and what to do.
    public let reason: String

    /// An error about `subject`.
    public init(_ subject: String? = nil, _ reason: String) {
        self.subject = subject
        self.reason = reason
    }

    /// One line.
    public var description: String { subject.map { "\($0): \(reason)" } ?? reason }
}
