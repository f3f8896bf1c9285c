/// Takes configs from one version of the spec to another.
struct SpecTranslation {
    /// What stands in the way of an older version.
    struct Obstacle {
        let place: Place
        /// What it is, for messages.
        let what: String
        /// The version that brought it.
        let since: SpecVersion
    }

    /// Without the keys that a config of `version` cannot have and that Ignition ignores in it: in a config of a newer
    /// version they would mean something.
    static func withoutIgnored(_ node: SourceNode, in version: SpecVersion) -> SourceNode {
        filter(node, .object(SpecTable.config)) { field, _ in field.since <= version.minor }
    }

    /// Without what a newer version brought and what says nothing: nulls, empty texts, lists and objects.
    static func withoutEmpty(_ node: SourceNode, newerThan version: SpecVersion) -> SourceNode {
        filter(node, .object(SpecTable.config)) { field, value in field.since <= version.minor || !value.isEmpty }
    }

    /// The first thing in a config that `version` does not know; nil where there is none.
    static func obstacle(in root: SourceNode, to version: SpecVersion) -> Obstacle? {
        obstacle(root, .object(SpecTable.config), rule: nil, version)
    }

    private static func filter(
        _ node: SourceNode, _ type: SpecType, keep: (SpecField, SourceNode) -> Bool
    ) -> SourceNode {
        var result = node
        switch (type, node.content) {
        case (.object(let object), .object(let members)):
            result.content = .object(
                members.compactMap { member in
                    guard let field = object.field(member.key) else { return member }
                    guard keep(field, member.value) else { return nil }
                    var kept = member
                    kept.value = filter(member.value, field.type, keep: keep)
                    return kept
                })
        case (.list(let element, _, _), .list(let nodes)):
            result.content = .list(nodes.map { filter($0, element, keep: keep) })
        default: break
        }
        return result
    }

    private static func obstacle(
        _ node: SourceNode, _ type: SpecType, rule: ValueRule?, _ version: SpecVersion
    ) -> Obstacle? {
        switch (type, node.content) {
        case (.object(let object), .object(let members)):
            for member in members {
                guard let field = object.field(member.key) else { continue }
                if field.since > version.minor {
                    // The place of a key says more than that of its value, unless it was made of another key.
                    let place = member.value.place.key == member.place.key ? member.place : member.value.place
                    return Obstacle(place: place, what: "the key", since: SpecVersion(3, field.since))
                }
                if let found = obstacle(member.value, field.type, rule: field.rule, version) { return found }
            }
            return nil
        case (.list(let element, _, _), .list(let nodes)):
            return nodes.lazy.compactMap { obstacle($0, element, rule: rule, version) }.first
        default:
            guard let since = rule?.since(node), since > version.minor else { return nil }
            return Obstacle(place: node.place, what: node.kind, since: SpecVersion(3, since))
        }
    }
}
