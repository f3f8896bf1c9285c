/// A config that is not one, or that the guest would refuse.
public struct IgnitionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where the config came from: a file's path, or what made it.
    public let source: String
    /// The place in it, such as `ignition.version`; nil where it is the whole.
    public let key: String?
    /// What is wrong and what to do.
    public let reason: String

    /// An error of the config `source`.
    public init(source: String, key: String? = nil, reason: String) {
        self.source = source
        self.key = key
        self.reason = reason
    }

    /// One line.
    public var description: String { "\(source): \(key.map { "\($0): " } ?? "")\(reason)" }
}
