/// A failure reported by librpm, with the operation that was tried.
public struct RPMError: Error, Sendable, CustomStringConvertible {
    /// What was being done, in words that fit after "cannot": `read foo.rpm`.
    public let operation: String
    /// What librpm said, or what was found wrong.
    public let message: String

    /// `cannot <operation>: <message>`
    public var description: String { "cannot \(operation): \(message)" }

    /// Describes a failure.
    public init(operation: String, message: String) {
        self.operation = operation
        self.message = message
    }
}
