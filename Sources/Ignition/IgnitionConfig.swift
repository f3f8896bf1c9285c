import Foundation

/// An Ignition config of spec 3.x: parsed, extended, merged and written. Keys that this type does not know are kept.
///
/// Format: https://coreos.github.io/ignition/configuration-v3_3/
public struct IgnitionConfig: Sendable, Equatable {
    /// The whole config.
    public internal(set) var root: ConfigValue

    /// A config that does nothing.
    public init(version: SpecVersion = .guestDefault) {
        root = ["ignition": ["version": .string(version.description)]]
    }

    /// Reads a config.
    ///
    /// - Parameters:
    ///   - bytes: the JSON text.
    ///   - source: where it came from, for errors.
    ///   - newest: the newest spec version that the guest takes.
    /// - Throws: ``IgnitionError`` where it is not JSON, has no version, or one that the guest would refuse.
    public init(parsing bytes: [UInt8], source: String, newest: SpecVersion = .guestDefault) throws {
        let value: ConfigValue
        do {
            value = try JSONDecoder().decode(ConfigValue.self, from: Data(bytes))
        } catch {
            throw IgnitionError(source: source, reason: "not valid JSON (\(Self.cause(of: error)))")
        }
        guard value.object != nil else { throw IgnitionError(source: source, reason: "not a JSON object") }
        guard let text = value["ignition"]?["version"]?.string else {
            throw IgnitionError(source: source, key: "ignition.version", reason: "missing; write \"\(newest)\"")
        }
        guard let version = SpecVersion(text), version.major == 3 else {
            throw IgnitionError(
                source: source, key: "ignition.version", reason: "\"\(text)\" is not a stable version 3 of the spec")
        }
        guard version <= newest else {
            throw IgnitionError(
                source: source, key: "ignition.version",
                reason: "\(version) is newer than what the guest takes, \(newest); write the config for \(newest)")
        }
        root = value
    }

    /// The spec version that it says it is of.
    public var version: SpecVersion? { root["ignition"]?["version"]?.string.flatMap(SpecVersion.init(_:)) }

    /// The JSON text, one line, keys sorted.
    public func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(root))
    }

    private static func cause(of error: any Error) -> String {
        guard case DecodingError.dataCorrupted(let context) = error else { return "\(error)" }
        let detail = (context.underlyingError as NSError?)?.userInfo["NSDebugDescription"] as? String
        return detail ?? context.debugDescription
    }
}
