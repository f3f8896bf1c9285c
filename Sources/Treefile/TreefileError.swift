import SystemPackage

/// A configuration file that cannot be used, with the place where it goes wrong.
public struct TreefileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file.
    public let file: FilePath
    /// The line, counted from 1; nil where the file as a whole is meant.
    public let line: Int?
    /// The column, counted from 1.
    public let column: Int?
    /// What is wrong, with the key, and what to do.
    public let message: String

    /// Describes a fault at a place.
    public init(file: FilePath, line: Int? = nil, column: Int? = nil, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }

    /// `<file>:<line>:<column>: <message>`
    public var description: String {
        var place = file.string
        if let line, line > 0 {
            place += ":\(line)"
            if let column { place += ":\(column)" }
        }
        return "\(place): \(message)"
    }
}
