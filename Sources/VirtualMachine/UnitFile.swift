/// How systemd's unit files are written (systemd.syntax(7), systemd.service(5)).
public enum UnitFile {
    /// Text between the double quotes of a setting that expands variables and specifiers.
    public static func quoted(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "\\", "\"": result += "\\\(character)"
            case "%": result += "%%"
            case "$": result += "$$"
            case "\n": result += #"\n"#
            default: result.append(character)
            }
        }
    }

    /// The name of the unit for an absolute path, without its suffix (systemd.unit(5), "String Escaping for Inclusion in Unit
    /// Names").
    public static func escapedPath(_ path: String) -> String {
        let parts = path.split(separator: "/")
        guard !parts.isEmpty else { return "-" }
        return parts.enumerated().map { index, part in
            part.utf8.enumerated().map { place, byte in
                let character = Character(UnicodeScalar(byte))
                let isPlain =
                    character.isASCII && (character.isLetter || character.isNumber || ":_.".contains(character))
                let isLeadingDot = index == 0 && place == 0 && character == "."
                guard !isPlain || isLeadingDot else { return String(character) }
                return #"\x"# + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
        }.joined(separator: "-")
    }
}
