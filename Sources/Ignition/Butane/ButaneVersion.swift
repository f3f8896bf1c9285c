/// A version of Butane's variant fcos, 1.0 to 1.6, and the Ignition spec that it stands for.
///
/// Source: Butane, `docs/specs.md`.
struct ButaneVersion: Equatable, CustomStringConvertible {
    /// 1.`minor`.
    let minor: Int

    /// The minor number of the Ignition spec, by that of the variant.
    private static let specs = [0, 1, 2, 2, 3, 4, 5]

    /// Reads the head of a Butane config.
    ///
    /// - Throws: ``IgnitionError`` for another variant or version.
    init(of root: SourceNode, source: String) throws {
        func missing(_ key: String, _ example: String) -> IgnitionError {
            IgnitionError(source: source, root.place.member(key), "missing; write \(key): \(example)")
        }
        guard let variant = root["variant"] else { throw missing("variant", "fcos") }
        guard variant.text == "fcos" else {
            throw IgnitionError(
                source: source, variant.place, "\(variant.kind) is not a variant that is read; use fcos")
        }
        guard let value = root["version"] else { throw missing("version", Self.newest.description) }
        let known = (0..<Self.specs.count).first { (value.plain ?? value.text) == "1.\($0).0" }
        guard let known else {
            throw IgnitionError(
                source: source, value.place,
                "\(value.kind) is not a version of fcos that is read; those are 1.0.0 to \(Self.newest)")
        }
        minor = known
    }

    private init(minor: Int) { self.minor = minor }

    /// The newest version that is read.
    static var newest: ButaneVersion { ButaneVersion(minor: specs.count - 1) }

    /// The version of Ignition's spec that configs of this version become.
    var spec: SpecVersion { SpecVersion(3, Self.specs[minor]) }

    /// `1.5.0`.
    var description: String { "1.\(minor).0" }

    /// The first version that has a field of a spec object.
    static func first(with field: SpecField, in object: SpecObject) -> ButaneVersion? {
        switch object.versions {
        case .butane: ButaneVersion(minor: field.since)
        case .ignition: specs.firstIndex { $0 >= field.since }.map(ButaneVersion.init(minor:))
        }
    }

    /// Whether configs of this version have a field of a spec object.
    func has(_ field: SpecField, in object: SpecObject) -> Bool {
        Self.first(with: field, in: object).map { $0.minor <= minor } ?? false
    }
}
