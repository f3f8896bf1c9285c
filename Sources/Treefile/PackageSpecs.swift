/// Splits the entries of `packages`, which may hold several specs each.
public enum PackageSpecs {
    /// A quote that is never closed.
    public struct UnbalancedQuote: Error, Sendable, CustomStringConvertible {
        /// The entry as written.
        public let entry: String
        /// `missing terminating quote in "…"`
        public var description: String { "missing terminating quote in \"\(entry)\"; close it with '" }
    }

    /// Splits at white space except within single quotes: `'foo >= 1.0' bar` is two specs.
    ///
    /// A quote counts only at the start of a word, as in rpm-ostree.
    /// - Throws: ``UnbalancedQuote``.
    public static func split(_ entry: String) throws(UnbalancedQuote) -> [String] {
        var specs: [String] = []
        var rest = entry[...]
        while true {
            rest = rest.drop { $0.isWhitespace }
            guard let first = rest.first else { return specs }
            if first == "'" {
                let inside = rest.dropFirst()
                guard let end = inside.firstIndex(of: "'") else { throw UnbalancedQuote(entry: entry) }
                let spec = inside[..<end].trimmingSpaces()
                if !spec.isEmpty { specs.append(spec) }
                rest = inside[inside.index(after: end)...]
            } else {
                let word = rest.prefix { !$0.isWhitespace && $0 != "'" }
                specs.append(String(word))
                rest = rest.dropFirst(word.count)
            }
        }
    }
}

extension Substring {
    func trimmingSpaces() -> String {
        var text = drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
