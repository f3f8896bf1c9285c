/// One condition of `conditional-include`: `VARIABLE OPERATOR VALUE`.
struct Condition {
    struct Failure: Error {
        let message: String
    }

    private enum Operator: String, CaseIterable {
        case equal = "=="
        case notEqual = "!="
        case greater = ">"
        case greaterOrEqual = ">="
        case less = "<"
        case lessOrEqual = "<="
    }

    private let text: String
    private let variable: String
    private let comparison: Operator
    private let literal: ConfigValue

    init(_ text: String) throws(Failure) {
        self.text = text
        var rest = text[...].drop { $0.isWhitespace }
        let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" || $0 == "." }
        guard !name.isEmpty else { throw Self.invalid(text) }
        rest = rest.dropFirst(name.count).drop { $0.isWhitespace }
        let sign = rest.prefix { !$0.isWhitespace && !$0.isLetter && !$0.isNumber && $0 != "\"" }
        guard let comparison = Operator(rawValue: String(sign)) else {
            let found = sign.isEmpty ? String(rest.prefix { !$0.isWhitespace }) : String(sign)
            if found.isEmpty { throw Self.invalid(text) }
            throw Failure(
                message: "invalid condition: \(text): expected one of ==, !=, >, >=, <, <= but got \(found)")
        }
        rest = rest.dropFirst(sign.count)
        variable = String(name)
        self.comparison = comparison
        literal = try Self.value(rest.trimmingSpaces(), in: text)
    }

    private static func value(_ word: String, in text: String) throws(Failure) -> ConfigValue {
        if word == "true" { return .boolean(true) }
        if word == "false" { return .boolean(false) }
        if !word.isEmpty, word.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int64(word) {
            return .integer(number)
        }
        if word.count >= 2, word.first == "\"", word.last == "\"", !word.dropFirst().dropLast().contains("\"") {
            return .string(String(word.dropFirst().dropLast()))
        }
        throw Failure(
            message: "invalid condition: \(text): expected true, false, a number or a text in double quotes "
                + "but got \(word.isEmpty ? "nothing" : word)")
    }

    /// The value as a condition writes it, so that the text "1" and the number 1 look different.
    private static func quoted(_ value: ConfigValue) -> String {
        value.text.map { "\"\($0)\"" } ?? Substitution.text(value)
    }

    private static func invalid(_ text: String) -> Failure {
        Failure(message: "invalid condition: \(text): expected VARIABLE OPERATOR VALUE")
    }

    func holds(_ variables: [String: ConfigValue]) throws(Failure) -> Bool {
        guard let value = variables[variable] else {
            let near = Spelling.nearest(to: variable, in: variables.keys.sorted())
            throw Failure(
                message: "undefined variable '\(variable)' in condition: \(text); "
                    + (near.map { "did you mean '\($0)'?" } ?? "define it under 'variables'"))
        }
        switch (value, literal) {
        case (.integer(let left), .integer(let right)):
            switch comparison {
            case .equal: return left == right
            case .notEqual: return left != right
            case .greater: return left > right
            case .greaterOrEqual: return left >= right
            case .less: return left < right
            case .lessOrEqual: return left <= right
            }
        case (.string, .string), (.boolean, .boolean):
            switch comparison {
            case .equal: return value == literal
            case .notEqual: return value != literal
            default:
                throw Failure(
                    message: "invalid op for values in condition: \(text); \(comparison.rawValue) compares numbers")
            }
        default:
            throw Failure(
                message: "\(Self.quoted(value)) is not same type as \(Self.quoted(literal)) "
                    + "in condition: \(text)")
        }
    }
}
