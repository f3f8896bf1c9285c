/// A JSON value of an Ignition config. Objects are written with sorted keys, so that equal configs are equal bytes.
public enum ConfigValue: Sendable, Equatable {
    /// `null`, which in Ignition means: as if it were not there.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number.
    case integer(Int)
    /// Any other number; the Ignition spec has none, but keys that it does not know may.
    case number(Double)
    /// A text.
    case string(String)
    /// A list.
    case array([ConfigValue])
    /// An object.
    case object([String: ConfigValue])

    /// The text, where it is one.
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    /// The list, where it is one.
    public var array: [ConfigValue]? { if case .array(let value) = self { value } else { nil } }
    /// The object, where it is one.
    public var object: [String: ConfigValue]? { if case .object(let value) = self { value } else { nil } }

    /// The member `key` of an object; nil elsewhere. Setting it makes an object of anything else.
    public subscript(key: String) -> ConfigValue? {
        get { object?[key] }
        set {
            var members = object ?? [:]
            members[key] = newValue
            self = .object(members)
        }
    }
}

extension ConfigValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// A list.
    public init(arrayLiteral elements: ConfigValue...) { self = .array(elements) }
    /// An object; of two members with one key the last counts.
    public init(dictionaryLiteral elements: (String, ConfigValue)...) {
        self = .object(Dictionary(elements) { $1 })
    }
}

extension ConfigValue: Encodable {
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Writes the value.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let object):
            var members = encoder.container(keyedBy: Name.self)
            for (key, value) in object { try members.encode(value, forKey: Name(stringValue: key)) }
        case .array(let array):
            var elements = encoder.unkeyedContainer()
            for value in array { try elements.encode(value) }
        case .null:
            var single = encoder.singleValueContainer()
            try single.encodeNil()
        case .bool(let value):
            var single = encoder.singleValueContainer()
            try single.encode(value)
        case .integer(let value):
            var single = encoder.singleValueContainer()
            try single.encode(value)
        case .number(let value):
            var single = encoder.singleValueContainer()
            try single.encode(value)
        case .string(let value):
            var single = encoder.singleValueContainer()
            try single.encode(value)
        }
    }
}
