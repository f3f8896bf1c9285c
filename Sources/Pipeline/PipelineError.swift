/// A step that could not be done for a reason that the user can change.
public struct PipelineError: Error, Sendable, CustomStringConvertible {
    /// One line: what failed, why, what to do.
    public let description: String

    /// An error with its one-line cause.
    public init(_ description: String) { self.description = description }
}
