/// RPM's `License` tag as an SPDX licence expression (SPDX 2.3, annex D).
///
/// Older packages have words of their own in the tag (`GPLv2+`), and Debian's have names in the style of its copyright
/// files. What SPDX does not know becomes a licence reference, whose text says what the tag said.
struct LicenseTag: Equatable {
    /// The expression; nil where the tag is empty.
    let expression: String?
    /// The words that are not SPDX's, by the reference that stands for them in the expression.
    let references: [String: String]

    init(_ tag: String?) {
        guard let words = tag.map(Self.words), !words.isEmpty else {
            expression = nil
            references = [:]
            return
        }
        var references: [String: String] = [:]
        var expression: [String] = []
        for word in words {
            switch word {
            case "(", ")", "AND", "OR", "WITH": expression.append(word)
            case "and", "or", "with": expression.append(word.uppercased())
            case "&": expression.append("AND")
            case "|": expression.append("OR")
            case let word where SPDXLicenses.contains(word): expression.append(word)
            default:
                let reference = Self.reference(word)
                references[reference] = word
                expression.append(reference)
            }
        }
        if Self.isWellFormed(expression) {
            self.expression = expression.joined(separator: " ").replacing("( ", with: "(").replacing(" )", with: ")")
            self.references = references
        } else {
            let text = tag ?? ""
            self.expression = Self.reference(text)
            self.references = [Self.reference(text): text]
        }
    }

    /// Whether SPDX knows all of it.
    var isStandard: Bool { expression != nil && references.isEmpty }

    private static func words(_ tag: String) -> [String] {
        tag.replacing("(", with: " ( ").replacing(")", with: " ) ").split(whereSeparator: \.isWhitespace)
            .map(String.init)
    }

    /// Letters, digits, dots and hyphens are what a reference's name may have.
    private static func reference(_ word: String) -> String {
        "LicenseRef-RPM-"
            + String(word.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-") ? $0 : "-" })
    }

    /// Operands and operators take turns, and parentheses match. `WITH` is followed by an exception, a word that is
    /// checked like a licence.
    private static func isWellFormed(_ words: [String]) -> Bool {
        var depth = 0
        var wantsOperand = true
        for word in words {
            switch word {
            case "(" where wantsOperand: depth += 1
            case ")" where !wantsOperand && depth > 0: depth -= 1
            case "(", ")": return false
            case "AND", "OR", "WITH":
                if wantsOperand { return false }
                wantsOperand = true
            default:
                if !wantsOperand { return false }
                wantsOperand = false
            }
        }
        return depth == 0 && !wantsOperand
    }
}
