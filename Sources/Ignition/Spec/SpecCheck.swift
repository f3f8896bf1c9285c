/// Checks a config against what one version of the spec knows.
struct SpecCheck {
    let source: String
    let version: SpecVersion
    private(set) var warnings: [ConfigWarning] = []

    init(source: String, version: SpecVersion) {
        self.source = source
        self.version = version
    }

    /// Checks a whole config.
    ///
    /// - Throws: ``IgnitionError`` at the first thing that the guest would refuse.
    /// - Returns: what the guest would ignore.
    static func warnings(of root: SourceNode, source: String, version: SpecVersion) throws -> [ConfigWarning] {
        var check = SpecCheck(source: source, version: version)
        try check.check(root, .object(SpecTable.config), rule: nil)
        return check.warnings
    }

    private func failure(_ place: Place, _ reason: String) -> IgnitionError {
        IgnitionError(source: source, place, reason)
    }

    private mutating func check(_ node: SourceNode, _ type: SpecType, rule: ValueRule?) throws {
        switch (type, node.content) {
        case (.text, .text), (.integer, .integer), (.boolean, .boolean): try check(node, rule)
        case (.list(let element, let identity, _), .list(let nodes)):
            for node in nodes { try check(node, element, rule: rule) }
            try refuseTwins(in: nodes, identity)
        case (.object(let object), .object(let members)): try check(node, members, object)
        default: throw failure(node.place, "\(type.name) is expected, not \(node.kind)")
        }
    }

    private func check(_ node: SourceNode, _ rule: ValueRule?) throws {
        guard let rule else { return }
        if let problem = rule.problem(node) { throw failure(node.place, problem) }
        let since = rule.since(node)
        if since > version.minor {
            throw failure(
                node.place, "\(node.kind) is of spec \(SpecVersion(3, since)), but the config is of \(version)")
        }
    }

    private mutating func check(_ node: SourceNode, _ members: [SourceNode.Member], _ object: SpecObject) throws {
        var known = SourceNode(.object([]), node.place)
        for member in members {
            guard let field = object.field(member.key) else {
                warnings.append(
                    ConfigWarning(source: source, member.place, "an unknown key, which Ignition ignores"))
                continue
            }
            guard field.since <= version.minor else {
                warnings.append(
                    ConfigWarning(
                        source: source, member.place,
                        "a key of spec \(SpecVersion(3, field.since)), which Ignition ignores in a config of \(version)"
                    ))
                continue
            }
            if case .null = member.value.content { continue }
            try check(member.value, field.type, rule: field.rule)
            known.set(member.key, member.value)
        }
        for field in object.fields where field.isRequired && field.since <= version.minor {
            let value = known[field.name]
            if value == nil || value?.text == "" || field.type.isList && value?.elements.isEmpty == true {
                throw failure(value?.place ?? node.place.member(field.name), "missing; it is required")
            }
        }
        try ObjectRules(source: source).check(known, object)
        warnings += ObjectWarnings(source: source).warnings(of: known, object)
    }

    /// Of elements with one identity Ignition takes only one.
    private func refuseTwins(in nodes: [SourceNode], _ identity: ElementIdentity) throws {
        var seen: Set<String> = []
        for node in nodes {
            guard let key = identity.key(of: node), !key.isEmpty else { continue }
            if !seen.insert(key).inserted {
                throw failure(node.place, "\"\(SourceNode.excerpt(key))\" is in the list more than once; keep one")
            }
        }
    }
}

extension SpecType {
    /// For messages.
    var name: String {
        switch self {
        case .text: "a text"
        case .integer: "a whole number"
        case .boolean: "true or false"
        case .object: "an object"
        case .list: "a list"
        }
    }

    var isList: Bool { if case .list = self { true } else { false } }
}
