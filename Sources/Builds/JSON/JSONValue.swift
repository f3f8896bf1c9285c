/// A JSON value that keeps what it was read from: the order of an object's keys and the spelling of its numbers.
///
/// `meta.json` and `builds.json` are shared with other tools; a file that passes through here keeps what is not
/// understood here.
public enum JSONValue: Sendable, Hashable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number as it is spelled in the file.
    case number(String)
    /// A string.
    case string(String)
    /// A list.
    case array([JSONValue])
    /// An object.
    case object(JSONObject)

    /// A whole number.
    public static func integer(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }

    /// The string; nil for another kind.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The whole number; nil for another kind and for a fraction.
    public var integer: Int64? {
        guard case .number(let text) = self else { return nil }
        return Int64(text) ?? Double(text).flatMap { Int64(exactly: $0) }
    }

    /// The truth value; nil for another kind.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The list's elements; nil for another kind.
    public var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The object; nil for another kind.
    public var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A list.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object, its keys in the order given.
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
}

/// A JSON object: keys in the order of the file, each once (of several the last one's value counts, as in Python).
public struct JSONObject: Sendable, Hashable {
    private var entries: [Entry] = []

    struct Entry: Sendable, Hashable {
        let key: String
        var value: JSONValue
    }

    /// An object of these members.
    public init(_ members: some Sequence<(String, JSONValue)> = []) {
        for (key, value) in members { self[key] = value }
    }

    /// The keys in their order.
    public var keys: [String] { entries.map(\.key) }

    /// The members in their order.
    public var members: [(key: String, value: JSONValue)] { entries.map { ($0.key, $0.value) } }

    /// True where there is no member.
    public var isEmpty: Bool { entries.isEmpty }

    /// The value of a key. A new key comes last; nil removes the key.
    public subscript(key: String) -> JSONValue? {
        get { entries.first { $0.key == key }?.value }
        set {
            let index = entries.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): entries[index].value = value
            case (let index?, nil): entries.remove(at: index)
            case (nil, let value?): entries.append(Entry(key: key, value: value))
            case (nil, nil): break
            }
        }
    }

    /// Takes over the members of `other`: objects are merged member by member, for the rest `other` wins.
    public mutating func merge(_ other: JSONObject) {
        for (key, value) in other.members {
            if case .object(var mine) = self[key], case .object(let theirs) = value {
                mine.merge(theirs)
                self[key] = .object(mine)
            } else {
                self[key] = value
            }
        }
    }
}
