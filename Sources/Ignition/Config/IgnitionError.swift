/// A config that is not one, or that the guest would refuse.
public struct IgnitionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where the config came from: a file's path, or what made it.
    public let source: String
    /// The line in it, from 1; nil where it has none, as a config that was made in memory.
    public let line: Int?
    /// The column, from 1, in characters.
    public let column: Int?
    /// The place in it, such as `storage.files.0.mode`; nil where it is the whole.
    public let key: String?
    /// What is wrong and what to do.
    public let reason: String

    /// An error of the config `source`.
    public init(source: String, line: Int? = nil, column: Int? = nil, key: String? = nil, reason: String) {
        self.source = source
        self.line = line
        self.column = column
        self.key = key
        self.reason = reason
    }

    init(source: String, _ place: Place, _ reason: String) {
        self.init(
            source: source, line: place.line > 0 ? place.line : nil, column: place.line > 0 ? place.column : nil,
            key: place.key.isEmpty ? nil : place.key, reason: reason)
    }

    /// One line: `config.bu:3:7: storage.files.0.mode: …`.
    public var description: String {
        let place = [line, column].compactMap { $0.map { ":\($0)" } }.joined()
        return "\(source)\(place): \(key.map { "\($0): " } ?? "")\(reason)"
    }
}
