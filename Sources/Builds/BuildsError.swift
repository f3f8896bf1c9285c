/// What is wrong with a working directory, a build or its metadata, and what to do about it.
public struct BuildsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One line: the cause.
    public let description: String

    /// An error of this cause.
    public init(_ description: String) { self.description = description }
}
