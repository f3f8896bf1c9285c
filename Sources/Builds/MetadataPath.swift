extension BuildMetadata {
    /// The value at a key or at a path of keys joined by dots. A key that has dots itself is found, too.
    public subscript(path path: String) -> JSONValue? {
        get { Self.find(path[...], in: object) }
        set { Self.assign(newValue, at: path[...], in: &object) }
    }

    /// The value as scripts want it: a string without quotes, `True`, `False` and `None` as Python writes them, anything
    /// else as JSON.
    public func text(of path: String) -> String {
        switch self[path: path] {
        case nil, .null: "None"
        case .string(let text): text
        case .bool(let value): value ? "True" : "False"
        case let value?: value.compact
        }
    }

    private static func find(_ path: Substring, in object: JSONObject) -> JSONValue? {
        if let value = object[String(path)] { return value }
        for (head, rest) in splits(of: path) {
            if let inner = object[head]?.object, let value = find(rest, in: inner) { return value }
        }
        return nil
    }

    private static func assign(_ value: JSONValue?, at path: Substring, in object: inout JSONObject) {
        if object[String(path)] == nil {
            for (head, rest) in splits(of: path) {
                guard var inner = object[head]?.object else { continue }
                assign(value, at: rest, in: &inner)
                object[head] = .object(inner)
                return
            }
        }
        object[String(path)] = value
    }

    private static func splits(of path: Substring) -> [(String, Substring)] {
        path.indices.filter { path[$0] == "." }.map { (String(path[..<$0]), path[path.index(after: $0)...]) }
    }
}

/// A change of one key, as `cosa meta --set` takes it.
public struct MetadataAssignment: Sendable, Hashable {
    /// The key, or a path of keys joined by dots.
    public let path: String
    /// The new value.
    public let value: JSONValue

    /// The change that `key=value` is, with a string for a value.
    ///
    /// - Throws: ``BuildsError`` for text without `=` or key.
    public init(string text: String) throws {
        let (path, value) = try Self.split(text)
        self.path = path
        self.value = .string(value)
    }

    /// The change that `key=true` or `key=false` is.
    ///
    /// - Throws: ``BuildsError`` for anything else.
    public init(bool text: String) throws {
        let (path, value) = try Self.split(text)
        guard let bool = Bool(value.lowercased()) else {
            throw BuildsError("\"\(text)\": the value must be true or false")
        }
        self.path = path
        self.value = .bool(bool)
    }

    /// Makes the change.
    public func apply(to metadata: inout BuildMetadata) { metadata[path: path] = value }

    private static func split(_ text: String) throws -> (String, String) {
        guard let separator = text.firstIndex(of: "="), separator != text.startIndex else {
            throw BuildsError("\"\(text)\" is not KEY=VALUE")
        }
        return (String(text[..<separator]), String(text[text.index(after: separator)...]))
    }
}
