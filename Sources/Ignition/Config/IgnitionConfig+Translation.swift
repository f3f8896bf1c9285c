extension IgnitionConfig {
    /// The same config in another version of the spec, such as the newest one that a guest takes.
    ///
    /// - Parameters:
    ///   - target: the version that it gets.
    ///   - source: where the config came from, for errors.
    /// - Throws: ``IgnitionError`` with the first key that `target` does not know and the version that brought it.
    public func translated(to target: SpecVersion, source: String) throws -> IgnitionConfig {
        guard let own = version, own > target else { return raised(to: target) }
        var result = self
        result.root = try Self.lowered(SourceNode(root), from: own, to: target, source: source).value
        return result
    }

    /// The same config, lowered where it is of a newer spec than the guest takes.
    ///
    /// - Throws: as ``translated(to:source:)``.
    public func fitting(_ newest: SpecVersion, source: String) throws -> IgnitionConfig {
        guard let version, version > newest else { return self }
        return try translated(to: newest, source: source)
    }

    /// The config in a newer version, which can say all that an older one can.
    func raised(to target: SpecVersion?) -> IgnitionConfig {
        guard let own = version, let target, own < target else { return self }
        var result = self
        result.root = SpecTranslation.withoutIgnored(SourceNode(root), in: own).value
        result.root["ignition"]?["version"] = .string(target.description)
        return result
    }

    /// The nodes of a config in an older version.
    static func lowered(
        _ root: SourceNode, from own: SpecVersion, to target: SpecVersion, source: String
    ) throws -> SourceNode {
        let known = SpecTranslation.withoutIgnored(root, in: own)
        var result = SpecTranslation.withoutEmpty(known, newerThan: target)
        if let obstacle = SpecTranslation.obstacle(in: result, to: target) {
            throw IgnitionError(
                source: source, obstacle.place,
                "\(obstacle.what) is of spec \(obstacle.since), but the guest takes at most \(target); leave it out")
        }
        if var ignition = result["ignition"], let version = ignition["version"] {
            ignition.set("version", SourceNode(.text(target.description), version.place))
            result.set("ignition", ignition)
        }
        return result
    }
}
