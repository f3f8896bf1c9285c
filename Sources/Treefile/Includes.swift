/// What one treefile includes.
struct Includes {
    /// A text with its place.
    struct Reference {
        let name: String
        let line: Int
        let column: Int
    }

    enum Target {
        case files([Reference])
        case inline(SourceNode)
    }

    struct Conditional {
        let conditions: [Reference]
        let target: Target
    }

    /// Files of `include`, then of `arch-include` for this architecture.
    var files: [Reference]
    let conditional: [Conditional]

    init(reading keys: inout KeyReader, basearch: String) throws {
        files = try Self.references(keys.take("include"), "include", keys)
        for member in try keys.map("arch-include") ?? [] {
            let listed = try Self.references(member.value, "arch-include", keys)
            if member.key == basearch { files += listed }
        }
        conditional = try (keys.sequence("conditional-include") ?? []).map { node in
            var entry = try KeyReader(node, file: keys.file, name: "conditional-include")
            let conditions = try Self.references(entry.take("if"), "if", entry)
            guard !conditions.isEmpty else { throw entry.error("key 'if' is missing in 'conditional-include'") }
            guard let include = entry.take("include") else {
                throw entry.error("key 'include' is missing in 'conditional-include'")
            }
            try entry.finish()
            if case .mapping = include.content {
                return Conditional(conditions: conditions, target: .inline(include))
            }
            let files = try Self.references(include, "include", entry)
            return Conditional(conditions: conditions, target: .files(files))
        }
    }

    /// A text or a list of texts.
    private static func references(_ node: SourceNode?, _ key: String, _ keys: KeyReader) throws -> [Reference] {
        guard let node else { return [] }
        switch node.content {
        case .string(let name): return [Reference(name: name, line: node.line, column: node.column)]
        case .sequence(let items):
            return try items.map {
                Reference(name: try keys.text($0, key), line: $0.line, column: $0.column)
            }
        default: throw keys.mismatch(node, key, expected: "a text or a list of texts")
        }
    }
}
