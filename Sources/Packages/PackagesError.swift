/// A failure of repositories, resolution or download.
public struct PackagesError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One line: what failed, on what, why, and what to do.
    public let description: String

    /// Describes a failure in one line; credentials in URLs are taken out.
    public init(_ description: String) {
        let line = description.split(whereSeparator: \.isNewline).joined(separator: " ")
        self.description = Self.redacted(line)
    }

    /// The text without the `user:password@` of its URLs.
    static func redacted(_ text: String) -> String {
        text.replacing(#/://[^\/@\s]+@/#, with: "://")
    }
}
