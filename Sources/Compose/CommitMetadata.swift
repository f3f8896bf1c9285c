import GLib
import RPM
import Treefile

/// The metadata of a commit, from its sources (rpm-ostree: treefile, then what the caller gives, then what is known).
struct CommitMetadata {
    private(set) var entries: [String: Variant] = [:]

    /// Adds free-form values; later ones win.
    mutating func add(_ values: [String: ConfigValue]) {
        for (key, value) in values { entries[key] = Self.variant(value) }
    }

    /// Adds one value.
    mutating func set(_ key: String, _ value: Variant) { entries[key] = value }

    /// The list of packages `a(sssss)`: name, epoch, version, release, architecture, sorted by name.
    static func packageList(_ headers: [PackageHeader]) -> Variant {
        let rows = headers.map { [$0.name, "\($0.epoch)", $0.version, $0.release, $0.arch] }
        return .array(
            of: "(sssss)",
            rows.sorted { $0.lexicographicallyPrecedes($1) }.map { .tuple($0.map { .string($0) }) })
    }

    /// A JSON value as json-glib turns it into a GVariant: whole numbers `x`, others `d`, arrays `av`, objects `a{sv}`.
    static func variant(_ value: ConfigValue) -> Variant {
        switch value {
        // json-glib has `mv` for null; an empty text says the same to every reader of commit metadata.
        case .null: .string("")
        case .boolean(let value): .boolean(value)
        case .integer(let value): .int64(value)
        case .number(let value): .double(value)
        case .string(let value): .string(value)
        case .array(let values): .array(of: "v", values.map { .boxed(variant($0)) })
        case .object(let members): .dictionary(members.mapValues(variant))
        }
    }
}
