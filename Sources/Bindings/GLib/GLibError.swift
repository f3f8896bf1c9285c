import CGLib

/// A failure reported by GLib, GIO or a library built on them, with the operation that was tried.
public struct GLibError: Error, Sendable, CustomStringConvertible {
    /// What was being done, in words that fit after "cannot": `open repository /srv/repo`.
    public let operation: String
    /// The library's own message.
    public let message: String
    /// The error domain's name, such as `g-io-error-quark`; empty when the library set no error.
    public let domain: String
    /// The code within the domain.
    public let code: Int32

    /// `cannot <operation>: <message>`
    public var description: String { "cannot \(operation): \(message)" }

    /// Takes over a `GError` and frees it.
    ///
    /// Some calls fail without setting one (a broken precondition, reported by g_critical); then the message says so.
    public init(operation: String, consuming error: UnsafeMutablePointer<GError>?) {
        self.operation = operation
        guard let error else {
            message = "the library refused the call without giving a reason"
            domain = ""
            code = 0
            return
        }
        message = error.pointee.message.map { String(cString: $0) } ?? "unknown error"
        domain = g_quark_to_string(error.pointee.domain).map { String(cString: $0) } ?? ""
        code = error.pointee.code
        g_error_free(error)
    }
}

/// The type of the last argument of GLib calls that can fail.
public typealias GErrorPointer = UnsafeMutablePointer<UnsafeMutablePointer<GError>?>

/// Runs a call that answers with a gboolean; FALSE becomes a ``GLibError``.
public func checked(_ operation: @autoclosure () -> String, _ call: (GErrorPointer) -> gboolean) throws(GLibError) {
    var error: UnsafeMutablePointer<GError>?
    if call(&error) == 0 {
        throw GLibError(operation: operation(), consuming: error)
    }
}

/// Runs a call that answers with a pointer; NULL becomes a ``GLibError``.
public func unwrapped<Pointer>(
    _ operation: @autoclosure () -> String, _ call: (GErrorPointer) -> Pointer?
) throws(GLibError) -> Pointer {
    var error: UnsafeMutablePointer<GError>?
    guard let result = call(&error) else {
        throw GLibError(operation: operation(), consuming: error)
    }
    return result
}
