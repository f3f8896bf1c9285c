import CZstd

/// A failure of libzstd, with the operation that was tried.
public struct ZstdError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was being done, in words that fit after "cannot".
    public let operation: String
    /// libzstd's own message.
    public let message: String

    /// `cannot <operation>: <message>`
    public var description: String { "cannot \(operation): \(message)" }

    init(_ operation: String, _ message: String) {
        self.operation = operation
        self.message = message
    }

    /// The value of a libzstd function, which is a size or an error.
    static func check(_ result: Int, _ operation: @autoclosure () -> String) throws(ZstdError) -> Int {
        guard ZSTD_isError(result) == 0 else {
            throw ZstdError(operation(), String(cString: ZSTD_getErrorName(result)))
        }
        return result
    }
}
