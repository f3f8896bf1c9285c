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
}
