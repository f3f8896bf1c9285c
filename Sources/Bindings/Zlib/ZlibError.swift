import CZlib

/// A failure of zlib, with the operation that was tried.
public struct ZlibError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was being done, in words that fit after "cannot".
    public let operation: String
    /// zlib's own message, or the name of its return code where it left none.
    public let message: String

    /// `cannot <operation>: <message>`
    public var description: String { "cannot \(operation): \(message)" }

    init(_ operation: String, _ message: String) {
        self.operation = operation
        self.message = message
    }

    init(_ operation: String, code: Int32, stream: UnsafeMutablePointer<z_stream>) {
        let text = stream.pointee.msg ?? UnsafeMutablePointer(mutating: zError(code))
        self.init(operation, text.map { String(cString: $0) } ?? "zlib code \(code)")
    }
}
