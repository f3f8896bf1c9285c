/// Text in XML and HTML.
enum Markup {
    /// The text with what has a meaning there written as entities. Characters that XML does not have become `�`, as a log may
    /// have any.
    static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\t", "\n": result.unicodeScalars.append(scalar)
            case "\r": result += "&#13;"
            default:
                let isCharacter = scalar.value >= 0x20 && scalar.value != 0xfffe && scalar.value != 0xffff
                result.unicodeScalars.append(isCharacter ? scalar : "\u{fffd}")
            }
        }
        return result
    }

    /// A path as a relative link: percent-encoded, so that any file name can be followed.
    static func link(_ components: [String]) -> String {
        components.map { component in
            component.utf8.reduce(into: "") { result, byte in
                let scalar = Unicode.Scalar(byte)
                let isPlain =
                    byte < 0x80 && (scalar.properties.isAlphabetic || "0123456789-._~".unicodeScalars.contains(scalar))
                result +=
                    isPlain ? String(scalar) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined(separator: "/")
    }
}
