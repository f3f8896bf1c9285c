import CArchive

/// A failure of libarchive, with the operation that was tried.
public struct ArchiveError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was being done, in words that fit after "cannot".
    public let operation: String
    /// The library's own message.
    public let message: String

    /// `cannot <operation>: <message>`
    public var description: String { "cannot \(operation): \(message)" }

    init(_ operation: String, _ message: String) {
        self.operation = operation
        self.message = message
    }

    init(_ operation: String, archive: OpaquePointer?) {
        self.init(operation, archive_error_string(archive).map { String(cString: $0) } ?? "no reason was given")
    }
}
