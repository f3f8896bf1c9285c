extension IgnitionConfig {
    /// Reads a config and checks it against its version of the spec. ``warnings`` has the keys that Ignition would ignore.
    ///
    /// - Parameters:
    ///   - bytes: the JSON text.
    ///   - source: where it came from, for errors.
    ///   - newest: the newest spec version that the guest takes; a config of a newer one is translated to it.
    /// - Throws: ``IgnitionError`` with line, column and key where it is not JSON, has no version, a value is wrong, or a
    ///   key is one that the guest's spec does not have.
    public init(parsing bytes: [UInt8], source: String, newest: SpecVersion = .guestDefault) throws {
        let node = try JSONReader.read(bytes, source: source)
        guard case .object = node.content else { throw IgnitionError(source: source, reason: "not a JSON object") }
        let version = try Self.version(of: node, source: source, newest: newest)
        try self.init(node, version: version, source: source, newest: newest)
    }

    /// A config of `version`, checked, in a version that the guest takes.
    init(_ node: SourceNode, version: SpecVersion, source: String, newest: SpecVersion) throws {
        warnings = try SpecCheck.warnings(of: node, source: source, version: version)
        let fitting = version > newest ? try Self.lowered(node, from: version, to: newest, source: source) : node
        root = fitting.value
    }

    private static func version(of node: SourceNode, source: String, newest: SpecVersion) throws -> SpecVersion {
        let ignition = node["ignition"]
        guard let value = ignition?["version"] else {
            var place = (ignition ?? node).place
            place.key = "ignition.version"
            throw IgnitionError(source: source, place, "missing; write \"\(newest)\"")
        }
        guard let text = value.text else {
            throw IgnitionError(source: source, value.place, "a text is expected, not \(value.kind)")
        }
        guard let version = SpecVersion(text), version.major == 3, version <= .newest else {
            throw IgnitionError(
                source: source, value.place,
                "\"\(text)\" is not a stable version of the spec that is read; those are 3.0.0 to \(SpecVersion.newest)"
            )
        }
        return version
    }
}
