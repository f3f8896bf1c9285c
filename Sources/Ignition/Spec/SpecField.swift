/// An object of the config spec: the members that it may have.
struct SpecObject: Sendable {
    /// What counts the versions in which fields came.
    enum Versions: Sendable {
        /// The minor number of the Ignition spec, 3.x.
        case ignition
        /// The minor number of Butane's variant fcos, 1.x; such an object is made into others.
        case butane
    }

    /// The object's name in this table.
    let name: String
    /// What the fields' versions are of.
    let versions: Versions
    /// Its members.
    let fields: [SpecField]

    init(_ name: String, versions: Versions = .ignition, _ fields: [SpecField]) {
        self.name = name
        self.versions = versions
        self.fields = fields
    }

    func field(_ name: String) -> SpecField? { fields.first { $0.name == name } }
}

/// A member of an object of the config spec.
struct SpecField: Sendable {
    let name: String
    let type: SpecType
    /// The minor version that brought it.
    let since: Int
    let isRequired: Bool
    /// What its texts or numbers must look like.
    let rule: ValueRule?

    static func text(
        _ name: String, since: Int = 0, required: Bool = false, _ rule: ValueRule? = nil
    ) -> SpecField {
        SpecField(name: name, type: .text, since: since, isRequired: required, rule: rule)
    }

    static func integer(_ name: String, since: Int = 0, _ rule: ValueRule? = nil) -> SpecField {
        SpecField(name: name, type: .integer, since: since, isRequired: false, rule: rule)
    }

    static func boolean(_ name: String, since: Int = 0) -> SpecField {
        SpecField(name: name, type: .boolean, since: since, isRequired: false, rule: nil)
    }

    static func object(_ name: String, _ type: SpecObject, since: Int = 0, required: Bool = false) -> SpecField {
        SpecField(name: name, type: .object(type), since: since, isRequired: required, rule: nil)
    }

    static func list(
        _ name: String, of type: SpecObject, by identity: ElementIdentity, since: Int = 0, family: String? = nil
    ) -> SpecField {
        let list = SpecType.list(.object(type), identity, family: family)
        return SpecField(name: name, type: list, since: since, isRequired: false, rule: nil)
    }

    static func texts(
        _ name: String, by identity: ElementIdentity, since: Int = 0, required: Bool = false, family: String? = nil,
        _ rule: ValueRule? = nil
    ) -> SpecField {
        let list = SpecType.list(.text, identity, family: family)
        return SpecField(name: name, type: list, since: since, isRequired: required, rule: rule)
    }
}

/// What a member of the config spec is.
indirect enum SpecType: Sendable {
    case text
    case integer
    case boolean
    case object(SpecObject)
    /// Lists of one object that are of one family have elements that are in only one of them.
    case list(SpecType, ElementIdentity, family: String?)
}

/// What makes two elements of a list the same one, which merge and of which a config may have only one.
enum ElementIdentity: Sendable {
    /// Nothing: elements are appended as they are.
    case none
    /// The text that it is.
    case itself
    /// The text of a member.
    case member(String)
    /// A partition's number, or its label where it has none.
    case partition

    /// The identity of `element`; nil where it has none.
    func key(of element: SourceNode) -> String? {
        switch self {
        case .none: return nil
        case .itself: return element.text ?? ""
        case .member(let name): return element[name]?.text ?? ""
        case .partition:
            if let number = element["number"]?.integer, number != 0 { return "number:\(number)" }
            return element["label"]?.text.map { "label:\($0)" } ?? ""
        }
    }
}
