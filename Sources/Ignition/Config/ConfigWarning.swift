/// What is odd in a config, but no error: a key that Ignition ignores, a mode that looks like a mistake.
public struct ConfigWarning: Sendable, Hashable, CustomStringConvertible {
    /// `config.bu:3:7: storage.files.0.mode: …`, one line.
    public let description: String

    init(source: String, _ place: Place, _ reason: String) {
        description = IgnitionError(source: source, place, reason).description
    }
}
