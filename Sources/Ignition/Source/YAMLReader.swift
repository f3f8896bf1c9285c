import Yams

/// Reads YAML and remembers where every value stands.
enum YAMLReader {
    /// - Throws: ``IgnitionError`` with the place that is not YAML.
    static func read(_ bytes: [UInt8], source: String) throws -> SourceNode {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw IgnitionError(source: source, reason: "not valid YAML: not UTF-8 text")
        }
        do {
            guard let root = try Yams.compose(yaml: text) else { return SourceNode(.null, Place(line: 1, column: 1)) }
            return try node(root, key: "", source: source)
        } catch let error as YamlError {
            throw IgnitionError(yaml: error, source: source)
        }
    }

    private static func node(_ node: Node, key: String, source: String) throws -> SourceNode {
        let place = Place(line: node.mark?.line ?? 0, column: node.mark?.column ?? 0, key: key)
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain || scalar.style == .any
            guard isPlain else { return SourceNode(.text(scalar.string), place) }
            return SourceNode(content(of: scalar.string), place, plain: scalar.string)
        case .sequence(let sequence):
            return SourceNode(
                .list(
                    try sequence.enumerated().map {
                        try self.node($1, key: Place.join(key, "\($0)"), source: source)
                    }), place)
        case .mapping(let mapping):
            return SourceNode(.object(try members(of: mapping, key: key, source: source)), place)
        case .alias:
            throw IgnitionError(source: source, place, "an alias of an anchor that is not there")
        }
    }

    private static func members(of mapping: Node.Mapping, key: String, source: String) throws -> [SourceNode.Member] {
        var own: [SourceNode.Member] = []
        var merged: [SourceNode.Member] = []
        for (name, value) in mapping {
            guard let text = name.scalar?.string else {
                let place = Place(line: name.mark?.line ?? 0, column: name.mark?.column ?? 0, key: key)
                throw IgnitionError(source: source, place, "a key must be a text, not a list or an object")
            }
            let place = Place(
                line: name.mark?.line ?? 0, column: name.mark?.column ?? 0, key: Place.join(key, text))
            if text == "<<" {
                // The members of other objects, which those of this one go before.
                let others = try node(value, key: key, source: source)
                for other in others.elements.isEmpty ? [others] : others.elements { merged += other.members }
            } else {
                let value = try node(value, key: place.key, source: source)
                own.append(SourceNode.Member(key: text, place: place, value: value))
            }
        }
        for member in merged where !own.contains(where: { $0.key == member.key }) { own.append(member) }
        return own
    }

    /// YAML 1.2's core schema with 1.1's octal numbers, which Butane configs write their modes in.
    private static func content(of text: String) -> SourceNode.Content {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .boolean(true)
        case "false", "False", "FALSE": return .boolean(false)
        default: break
        }
        if let match = text.wholeMatch(of: /0o?([0-7]+)/) {
            return Int(match.1, radix: 8).map { .integer($0) } ?? .text(text)
        }
        if let match = text.wholeMatch(of: /0x([0-9a-fA-F]+)/) {
            return Int(match.1, radix: 16).map { .integer($0) } ?? .text(text)
        }
        if text.wholeMatch(of: /[-+]?[0-9]+/) != nil, !text.hasPrefix("0") || text == "0", let value = Int(text) {
            return .integer(value)
        }
        if text.wholeMatch(of: /[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?/) != nil, let value = Double(text) {
            return .number(value)
        }
        return .text(text)
    }
}

extension IgnitionError {
    init(yaml error: YamlError, source: String) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(source: source, line: mark.line, column: mark.column, reason: "not valid YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let keys = duplicates.map { "\"\($0)\"" }.sorted().joined(separator: ", ")
            self.init(
                source: source, line: context.mark.line, column: context.mark.column,
                reason: "the key \(keys) is there more than once; keep one")
        default:
            self.init(source: source, reason: "not valid YAML: \(error)")
        }
    }
}
