/// A failure reported by libsolv, with the operation that was tried.
public struct SolvError: Error, Sendable, CustomStringConvertible {
    /// What was being done, in words that fit after "cannot": `read primary.xml.gz`.
    public let operation: String
    /// The library's own message.
    public let message: String

    /// `cannot <operation>: <message>`
    public var description: String { "cannot \(operation): \(message)" }
}

/// Why no set of packages satisfies a request: libsolv's explanations, one for each problem.
public struct SolvProblems: Error, Sendable, CustomStringConvertible {
    /// Explanations such as `nothing provides bar >= 2 needed by foo-1.0-1.noarch`.
    public let explanations: [String]
    /// The installed packages that have a part in them, as `name-evr.arch`.
    public let heldPackages: [String]

    /// The explanations on one line.
    public var description: String { explanations.joined(separator: "; ") }
}
