import GLib

/// A download that failed, with what the mirror said where one answered.
public struct DownloadError: Error, Sendable, CustomStringConvertible {
    /// The cause: the last mirror's failure, or librepo's message.
    public let message: String

    /// The cause.
    public var description: String { message }

    init(_ error: GLibError, mirror: String?) {
        // A mirror's failure explains "all mirrors were tried"; any other message says more by itself.
        if let mirror, error.message.contains("mirrors were") {
            message = mirror
        } else {
            message = error.message
        }
    }
}
