/// Where in a source something stands.
struct Place: Sendable, Equatable {
    /// From 1; 0 where there are no lines, as in a config made in memory.
    var line = 0
    /// From 1, in characters; 0 where there are no lines.
    var column = 0
    /// The path of keys, as Ignition writes it: `storage.files.0.mode`; empty for the whole.
    var key = ""

    /// The key path of the member `name`, or of an element, where the place itself is not known.
    func member(_ name: String) -> Place { Place(line: line, column: column, key: Self.join(key, name)) }

    static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}

/// A value of a config that remembers where it stands. What is made out of other keys has the place of those.
struct SourceNode: Sendable {
    struct Member: Sendable {
        var key: String
        /// Where the key stands.
        var place: Place
        var value: SourceNode
    }

    enum Content: Sendable {
        case null
        case boolean(Bool)
        case integer(Int)
        case number(Double)
        case text(String)
        case list([SourceNode])
        case object([Member])
    }

    var content: Content
    var place: Place
    /// The source's text of a YAML scalar without quotes, whose meaning depends on the type that is expected.
    var plain: String?

    init(_ content: Content, _ place: Place, plain: String? = nil) {
        self.content = content
        self.place = place
        self.plain = plain
    }

    /// A value that was made in memory.
    ///
    /// - Parameters:
    ///   - place: where it stands.
    ///   - hasOwnKeys: its members have key paths of their own below that of `place`; if false, all stands at `place`, the
    ///     key that it was made of.
    init(_ value: ConfigValue, at place: Place = Place(), hasOwnKeys: Bool = true) {
        func node(_ value: ConfigValue, _ key: String) -> SourceNode {
            SourceNode(value, at: hasOwnKeys ? place.member(key) : place, hasOwnKeys: hasOwnKeys)
        }
        let content: Content =
            switch value {
            case .null: .null
            case .bool(let value): .boolean(value)
            case .integer(let value): .integer(value)
            case .number(let value): .number(value)
            case .string(let value): .text(value)
            case .array(let value): .list(value.enumerated().map { node($1, "\($0)") })
            case .object(let value):
                .object(
                    value.sorted { $0.key < $1.key }.map { key, value in
                        let made = node(value, key)
                        return Member(key: key, place: made.place, value: made)
                    })
            }
        self.init(content, place)
    }
}

extension SourceNode {
    /// The text, where it is one.
    var text: String? { if case .text(let value) = content { value } else { nil } }
    /// The whole number, where it is one.
    var integer: Int? { if case .integer(let value) = content { value } else { nil } }
    /// The truth value, where it is one.
    var boolean: Bool? { if case .boolean(let value) = content { value } else { nil } }
    /// The elements; none where it is no list.
    var elements: [SourceNode] { if case .list(let value) = content { value } else { [] } }
    /// The members; none where it is no object.
    var members: [Member] { if case .object(let value) = content { value } else { [] } }

    /// A member of an object, nil where it is absent or null, which Ignition takes as the same.
    subscript(key: String) -> SourceNode? {
        guard let member = members.first(where: { $0.key == key }) else { return nil }
        if case .null = member.value.content { return nil }
        return member.value
    }

    /// Sets a member of an object, at the end if it is new.
    mutating func set(_ key: String, _ value: SourceNode) {
        var all = members
        if let index = all.firstIndex(where: { $0.key == key }) {
            all[index].value = value
        } else {
            all.append(Member(key: key, place: value.place, value: value))
        }
        content = .object(all)
    }

    /// Whether it says nothing: null, an empty text or list, or an object of such.
    var isEmpty: Bool {
        switch content {
        case .null: true
        case .text(let text): text.isEmpty
        case .list(let nodes): nodes.isEmpty
        case .object(let members): members.allSatisfy(\.value.isEmpty)
        case .boolean, .integer, .number: false
        }
    }

    /// The value without places.
    var value: ConfigValue {
        switch content {
        case .null: .null
        case .boolean(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .text(let value): .string(value)
        case .list(let value): .array(value.map(\.value))
        case .object(let value): .object(Dictionary(value.map { ($0.key, $0.value.value) }) { $1 })
        }
    }

    /// What it is, for messages: `the number 36`.
    var kind: String {
        switch content {
        case .null: "null"
        case .boolean(let value): "the truth value \(value)"
        case .integer(let value): "the number \(value)"
        case .number(let value): "the number \(value)"
        case .text(let value): "the text \"\(Self.excerpt(value))\""
        case .list: "a list"
        case .object: "an object"
        }
    }

    /// A text on one line and not too long for a message.
    static func excerpt(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        return line.count > 40 || line.count < text.count ? line.prefix(40) + "…" : line
    }
}
