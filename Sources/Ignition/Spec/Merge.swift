/// Ignition's merge of a child config into its parent; both must be of one spec version.
///
/// Source: Ignition, `config/merge/merge.go`.
enum Merge {
    static func configs(_ parent: SourceNode, _ child: SourceNode) -> SourceNode {
        nodes(parent, child, .object(SpecTable.config))
    }

    /// Objects merge member by member; of anything else the child's counts, unless it is null. `type` is nil for what no
    /// spec knows.
    private static func nodes(_ parent: SourceNode, _ child: SourceNode, _ type: SpecType?) -> SourceNode {
        switch (parent.content, child.content) {
        case (_, .null): return parent
        case (.object, .object):
            var object: SpecObject?
            if case .object(let known) = type { object = known }
            return objects(parent, child, object)
        default: return child
        }
    }

    private static func objects(_ parent: SourceNode, _ child: SourceNode, _ object: SpecObject?) -> SourceNode {
        var result = parent
        for member in child.members {
            let type = object?.field(member.key)?.type
            if type?.isList == true { continue }
            result.set(member.key, parent[member.key].map { nodes($0, member.value, type) } ?? member.value)
        }
        for field in object?.fields ?? [] {
            guard case .list(let element, let identity, let family) = field.type else { continue }
            let lists = (parent: parent[field.name], child: child[field.name])
            guard let place = (lists.child ?? lists.parent)?.place else { continue }
            let taken = family.map { keys(of: child, in: object, family: $0, except: field.name) } ?? []
            let merged = elements(
                lists.parent?.elements ?? [], lists.child?.elements ?? [], element, identity, taken: taken)
            result.set(field.name, SourceNode(.list(merged), place))
        }
        return result
    }

    /// The identities in the other lists of a family, which an element of the parent must not share.
    private static func keys(
        of node: SourceNode, in object: SpecObject?, family: String, except name: String
    ) -> Set<String> {
        var result: Set<String> = []
        for field in object?.fields ?? [] where field.name != name {
            guard case .list(_, let identity, family) = field.type else { continue }
            result.formUnion((node[field.name]?.elements ?? []).compactMap(identity.key))
        }
        return result
    }

    private static func elements(
        _ parent: [SourceNode], _ child: [SourceNode], _ type: SpecType, _ identity: ElementIdentity,
        taken: Set<String>
    ) -> [SourceNode] {
        if case .none = identity { return parent + child }
        let mine = Set(parent.compactMap(identity.key))
        var overlays: [String: SourceNode] = [:]
        for node in child { if let key = identity.key(of: node) { overlays[key] = node } }
        let kept = parent.compactMap { node -> SourceNode? in
            guard let key = identity.key(of: node) else { return node }
            guard let overlay = overlays[key] else { return taken.contains(key) ? nil : node }
            // A header without a value takes the parent's away.
            if case .object(let object) = type, object.name == "HTTPHeader", overlay["value"] == nil { return nil }
            return nodes(node, overlay, type)
        }
        return kept + child.filter { node in identity.key(of: node).map { !mine.contains($0) } ?? true }
    }
}
