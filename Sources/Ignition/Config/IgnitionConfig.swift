import Foundation

/// An Ignition config of spec 3.0 to 3.5: parsed, extended, merged, translated and written. Keys that no spec knows are
/// kept, as Ignition ignores them.
///
/// Format: https://coreos.github.io/ignition/specs/
public struct IgnitionConfig: Sendable, Equatable {
    /// The whole config.
    public internal(set) var root: ConfigValue
    /// What its reader found odd in it: keys that Ignition ignores, and what Butane warns of.
    public internal(set) var warnings: [ConfigWarning] = []

    /// A config that does nothing.
    public init(version: SpecVersion = .guestDefault) {
        root = ["ignition": ["version": .string(version.description)]]
    }

    /// A config with the members `root`.
    init(root: ConfigValue) { self.root = root }

    /// The spec version that it says it is of.
    public var version: SpecVersion? { root["ignition"]?["version"]?.string.flatMap(SpecVersion.init(_:)) }

    /// The JSON text, one line, keys sorted.
    public func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(root))
    }
}
