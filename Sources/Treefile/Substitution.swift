import Foundation

/// `${name}` in texts.
enum Substitution {
    /// Replaces the names that are known; everything else stays as it is.
    static func apply(_ text: String, _ variables: [String: ConfigValue]) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.range(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
            result += rest[..<start.lowerBound]
            let name = String(rest[start.upperBound..<end])
            if let value = variables[name] {
                result += Self.text(value)
                rest = rest[rest.index(after: end)...]
            } else {
                result += "${"
                rest = rest[start.upperBound...]
            }
        }
        return result + rest
    }

    /// The text of a variable's value.
    static func text(_ value: ConfigValue) -> String {
        switch value {
        case .string(let text): text
        case .integer(let number): String(number)
        case .boolean(let value): String(value)
        default: ""
        }
    }
}

extension Manifest {
    /// Replaces variables in the keys that allow it.
    mutating func substitute(_ variables: [String: ConfigValue]) {
        func text(_ value: String?) -> String? { value.map { Substitution.apply($0, variables) } }
        func texts(_ values: [String: ConfigValue]) -> [String: ConfigValue] {
            values.mapValues { value in value.text.map { .string(Substitution.apply($0, variables)) } ?? value }
        }
        ref = text(ref)
        automaticVersionPrefix = text(automaticVersionPrefix)
        mutateOSRelease = text(mutateOSRelease)
        platformModule = text(platformModule)
        metadata = texts(metadata)
        addCommitMetadata = texts(addCommitMetadata)
        if let old = rojig {
            rojig = Rojig(
                name: Substitution.apply(old.name, variables), summary: Substitution.apply(old.summary, variables),
                license: old.license, description: text(old.description))
        }
    }
}
