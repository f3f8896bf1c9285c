/// Edits of passwd(5), group(5) and shadow(5) texts.
enum AccountFiles {
    /// Blanks the day of the last change (shadow field 3), which is the day of the compose.
    static func withoutDates(shadow text: String) -> String {
        editLines(text) { line in
            var fields = line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            if fields.count > 2 { fields[2] = "" }
            return fields.joined(separator: ":")
        }
    }

    /// Splits entries: root and the named ones, and all but root.
    ///
    /// - Parameter kept: names that are in both parts (`etc-group-members`).
    static func split(_ text: String, kept: Set<String>) -> (etc: String, lib: String) {
        var etc = ""
        var lib = ""
        for line in text.split(whereSeparator: \.isNewline) {
            let name = String(line.split(separator: ":", omittingEmptySubsequences: false).first ?? "")
            if name == "root" || kept.contains(name) { etc += line + "\n" }
            if name != "root" { lib += line + "\n" }
        }
        return (etc, lib)
    }

    /// Adds `altfiles` after `files` for passwd and group in nsswitch.conf(5).
    static func withAltfiles(nsswitch text: String) -> String {
        editLines(text) { line in
            guard line.hasPrefix("passwd:") || line.hasPrefix("group:"), !line.contains("altfiles") else { return line }
            return line.split(separator: " ", omittingEmptySubsequences: false)
                .map { $0 == "files" ? "files altfiles" : String($0) }.joined(separator: " ")
        }
    }

    /// Makes useradd(8) create home directories where they are.
    static func withVariableHome(useradd text: String) -> String {
        editLines(text) { $0 == "HOME=/home" ? "HOME=/var/home" : $0 }
    }

    private static func editLines(_ text: String, _ edit: (String) -> String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { edit(String($0)) }.joined(separator: "\n")
    }
}
