import SystemPackage

/// Reads the keys of one map: each reading method takes a key and checks its type; ``finish()`` refuses what is left.
struct KeyReader {
    let file: FilePath
    /// The key under which the map stands, for messages; empty at the top.
    let name: String
    private var members: [String: SourceNode.Member] = [:]
    private var order: [String] = []
    private var known: [String] = []
    /// The keys that were read and have a value, in the order of reading.
    private(set) var taken: [SourceNode.Member] = []
    private let place: SourceNode

    init(_ node: SourceNode, file: FilePath, name: String = "") throws {
        self.file = file
        self.name = name
        place = node
        switch node.content {
        case .mapping(let list):
            for member in list {
                members[member.key] = member
                order.append(member.key)
            }
        case .null where name.isEmpty: break
        default:
            let what = name.isEmpty ? "the file" : "'\(name)'"
            throw TreefileError(
                file: file, line: node.line, column: node.column,
                message: "\(what) must be a map of keys, but is \(node.kindDescription)")
        }
    }

    /// The keys not yet read, in the file's order.
    var remaining: [String] { order.filter { members[$0] != nil } }

    /// Takes a key; a key without a value counts as absent.
    mutating func take(_ key: String) -> SourceNode? {
        known.append(key)
        guard let member = members.removeValue(forKey: key) else { return nil }
        if case .null = member.value.content { return nil }
        taken.append(member)
        return member.value
    }

    /// An error at a key that was not read yet, or at the map.
    func error(at key: String? = nil, _ message: String) -> TreefileError {
        let member = key.flatMap { members[$0] }
        return TreefileError(
            file: file, line: member?.line ?? place.line, column: member?.column ?? place.column, message: message)
    }

    func error(at node: SourceNode, _ message: String) -> TreefileError {
        TreefileError(file: file, line: node.line, column: node.column, message: message)
    }

    func mismatch(_ node: SourceNode, _ key: String, expected: String) -> TreefileError {
        var message = "key '\(key)': expected \(expected), found \(node.kindDescription)"
        if expected == "a text", case .integer = node.content { message += "; put it in quotes" }
        if expected == "a text", case .number = node.content { message += "; put it in quotes" }
        if expected == "a text", case .boolean = node.content { message += "; put it in quotes" }
        return error(at: node, message)
    }

    mutating func string(_ key: String) throws -> String? {
        try take(key).map { try text($0, key) }
    }

    mutating func required(_ key: String) throws -> String {
        guard let value = try string(key) else {
            throw error("key '\(key)' is missing" + (name.isEmpty ? "" : " in '\(name)'"))
        }
        return value
    }

    mutating func boolean(_ key: String) throws -> Bool? {
        guard let node = take(key) else { return nil }
        guard case .boolean(let value) = node.content else {
            throw mismatch(node, key, expected: "true or false")
        }
        return value
    }

    mutating func integer(_ key: String) throws -> Int64? {
        guard let node = take(key) else { return nil }
        guard case .integer(let value) = node.content else {
            throw mismatch(node, key, expected: "a whole number")
        }
        return value
    }

    mutating func strings(_ key: String) throws -> [String]? {
        try sequence(key)?.map { try text($0, key) }
    }

    mutating func sequence(_ key: String) throws -> [SourceNode]? {
        guard let node = take(key) else { return nil }
        guard case .sequence(let items) = node.content else { throw mismatch(node, key, expected: "a list") }
        return items
    }

    mutating func map(_ key: String) throws -> [SourceNode.Member]? {
        guard let node = take(key) else { return nil }
        guard case .mapping(let members) = node.content else { throw mismatch(node, key, expected: "a map") }
        return members
    }

    mutating func values(_ key: String) throws -> [String: ConfigValue]? {
        try map(key).map { Dictionary($0.map { ($0.key, $0.value.value) }, uniquingKeysWith: { $1 }) }
    }

    /// One of a closed set of words.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, _ type: Choice.Type
    ) throws -> Choice? where Choice.RawValue == String {
        guard let node = take(key) else { return nil }
        let word = try text(node, key)
        guard let value = Choice(rawValue: word) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw error(at: node, "key '\(key)': unknown value '\(word)'; use one of \(words)")
        }
        return value
    }

    func text(_ node: SourceNode, _ key: String) throws -> String {
        guard case .string(let value) = node.content else { throw mismatch(node, key, expected: "a text") }
        return value
    }

    /// Refuses keys that nobody read.
    func finish() throws {
        guard let key = remaining.first else { return }
        var message = "unknown key '\(key)'" + (name.isEmpty ? "" : " in '\(name)'")
        if let near = Spelling.nearest(to: key, in: known) {
            message += "; did you mean '\(near)'?"
        } else {
            message += "; remove it or correct its name"
        }
        let others = remaining.dropFirst()
        if !others.isEmpty { message += " (also unknown: \(others.joined(separator: ", ")))" }
        throw error(at: key, message)
    }
}
