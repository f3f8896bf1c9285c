/// The values of an os-release file (os-release(5)): what system this is.
public struct OSReleaseFile: Sendable, Equatable {
    /// The values by name, without their quotes.
    public let values: [String: String]

    /// Reads the file's text; lines that are no assignment are passed over.
    public init(_ text: String) {
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].hasPrefix("#") else { continue }
            values[String(parts[0].trimmingPrefix(while: \.isWhitespace))] = Self.unquoted(parts[1])
        }
        self.values = values
    }

    /// A value by its name.
    public subscript(name: String) -> String? { values[name] }

    /// Quotes and backslashes as a shell takes them.
    private static func unquoted(_ text: Substring) -> String {
        var result = ""
        var quote: Character?
        var isEscaped = false
        for character in text {
            if isEscaped {
                result.append(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if character == quote {
                quote = nil
            } else if quote == nil, character == "'" || character == "\"" {
                quote = character
            } else {
                result.append(character)
            }
        }
        while quote == nil, result.last?.isWhitespace == true { result.removeLast() }
        return result
    }
}
