/// One line of a tmpfiles.d(5) file.
struct TmpfilesLine: Equatable {
    /// The type: `d` directory, `L` link, `C` copy from /usr/share/factory.
    var type: String
    /// The absolute path.
    var path: String
    /// Permissions; nil for the default.
    var permissions: UInt32?
    /// The owner's name; nil for the default.
    var user: String?
    /// The group's name; nil for the default.
    var group: String?
    /// The target of a link; nil for none.
    var argument: String?

    /// The line as text, quoted where the path needs it.
    var text: String {
        let mode = permissions.map { permissions in
            let octal = String(permissions, radix: 8)
            return String(repeating: "0", count: max(0, 4 - octal.count)) + octal
        }
        var fields = [type, Self.quote(path), mode ?? "-", user ?? "-", group ?? "-", "-"]
        fields.append(argument.map(Self.quote) ?? "-")
        return fields.joined(separator: " ")
    }

    /// The paths that the lines of a tmpfiles.d file name.
    static func paths(in text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count > 1, !words[0].hasPrefix("#") else { return nil }
            let path = words[1].trimmingPrefix("\"").trimmingPrefix("'")
            return String(path.last.map { "\"'/".contains($0) } == true ? path.dropLast() : path)
        }
    }

    /// As rpm-ostree does: in single quotes where a character is outside `[[:alnum:]-._/=:]`. A percent sign starts a
    /// specifier and is doubled.
    private static func quote(_ text: String) -> String {
        let escaped = text.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
        let plain = escaped.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "-._/=:".unicodeScalars.contains($0))
        }
        if plain { return escaped }
        let body = escaped.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "\\'")
        return "'\(body)'"
    }
}
