import HostSystem

/// A registry that did not do what was asked of it, or an image that skopeo could not copy.
public struct RegistryError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Why it failed, as far as it changes what to do.
    public enum Cause: Sendable, Equatable {
        /// Status 401 or 403.
        case unauthorized
        /// Status 404.
        case notFound
        /// Status 429.
        case tooManyRequests
        /// Status 5xx.
        case serverError(Int)
        /// Nothing listens there, or the name is not known.
        case unreachable
        /// It talks HTTP where HTTPS is expected.
        case plainHTTP
        /// It did not end in time.
        case timedOut(seconds: Int)
        /// Anything else; the text is skopeo's.
        case other
    }

    /// What was tried, as it fits after "cannot".
    public let operation: String
    /// Why it failed.
    public let cause: Cause
    /// skopeo's own words.
    public let detail: String

    /// Describes a failure.
    public init(operation: String, cause: Cause, detail: String) {
        self.operation = operation
        self.cause = cause
        self.detail = detail
    }

    /// What a failed skopeo said.
    init(_ operation: String, _ error: CommandError, timeout: Int) {
        let lines = error.detail.split(whereSeparator: \.isNewline)
        let line = lines.last { $0.contains("level=fatal") } ?? lines.last ?? "it said nothing"
        var detail = String(line)
        if let match = detail.firstMatch(of: /msg="(.*)"$/) {
            detail = String(match.1).replacing("\\\"", with: "\"")
        }
        self.init(operation: operation, cause: Self.cause(detail, timeout: timeout), detail: detail)
    }

    private static func cause(_ text: String, timeout: Int) -> Cause {
        let text = text.lowercased()
        func has(_ words: String...) -> Bool { words.contains { text.contains($0) } }
        if has("context deadline exceeded", "client.timeout exceeded") { return .timedOut(seconds: timeout) }
        if has("server gave http response to https client") { return .plainHTTP }
        if has("toomanyrequests", "too many requests", "status: 429", "status code from registry 429") {
            return .tooManyRequests
        }
        if has("unauthorized", "authentication required", "denied", "forbidden") { return .unauthorized }
        if has("manifest unknown", "name unknown", "blob unknown", "404 (not found)", "404 not found") {
            return .notFound
        }
        if let match = text.firstMatch(of: /(?:status: |status code[^0-9]*)(5[0-9]{2})/), let code = Int(match.1) {
            return .serverError(code)
        }
        if has("connection refused", "no such host", "no route to host", "network is unreachable") {
            return .unreachable
        }
        return .other
    }

    /// One line: what failed, why, and what to do.
    public var description: String {
        let reason =
            switch cause {
            case .unauthorized:
                "the registry refuses it; log in with `skopeo login`, or name a file with credentials with --authfile"
            case .notFound: "the registry does not have it; look at its name and its tag"
            case .tooManyRequests: "the registry takes no more requests for now; try again later, or log in"
            case .serverError(let status): "the registry failed with status \(status); try again later"
            case .unreachable: "the registry cannot be reached; look at its name and at the network"
            case .plainHTTP: "the registry talks plain HTTP; --tls-verify=false allows that"
            case .timedOut(let seconds):
                "the registry did not answer in \(seconds) s; try again, or give it more time with --timeout"
            case .other: detail
            }
        return "cannot \(operation): \(reason)" + (cause == .other ? "" : " (\(detail))")
    }
}
