import CLzma

/// A failure of liblzma, with the operation that was tried.
public struct XZError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was being done, in words that fit after "cannot".
    public let operation: String
    /// What liblzma's return code means.
    public let message: String

    /// `cannot <operation>: <message>`
    public var description: String { "cannot \(operation): \(message)" }

    init(_ operation: String, _ message: String) {
        self.operation = operation
        self.message = message
    }

    init(_ operation: String, code: lzma_ret) {
        self.init(operation, Self.messages[code.rawValue] ?? "liblzma code \(code.rawValue)")
    }

    static func check(_ code: lzma_ret, _ operation: @autoclosure () -> String) throws(XZError) {
        guard code == LZMA_OK else { throw XZError(operation(), code: code) }
    }

    private static let messages: [UInt32: String] = [
        LZMA_MEM_ERROR.rawValue: "out of memory",
        LZMA_MEMLIMIT_ERROR.rawValue: "more memory is needed than is allowed",
        LZMA_FORMAT_ERROR.rawValue: "it is not an xz stream",
        LZMA_OPTIONS_ERROR.rawValue: "it uses a feature that this liblzma does not know",
        LZMA_DATA_ERROR.rawValue: "the xz stream is damaged",
        LZMA_BUF_ERROR.rawValue: "the xz stream ends in the middle",
    ]
}
