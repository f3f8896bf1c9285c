/// Package URLs of the `rpm` type (purl-spec, PURL-SPECIFICATION.rst and types/rpm).
enum PackageURL {
    /// The URL's text; qualifiers are sorted by name.
    static func text(
        namespace: String, name: String, version: String, qualifiers: [(name: String, value: String)]
    ) -> String {
        let query = qualifiers.sorted { $0.name < $1.name }.map { "\($0.name)=\(encoded($0.value))" }
        return "pkg:rpm/\(encoded(namespace.lowercased()))/\(encoded(name))@\(encoded(version))?"
            + query.joined(separator: "&")
    }

    /// Percent-encoded as the specification has it: letters, digits and `.-_~` stay, and so does the colon.
    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            let scalar = Unicode.Scalar(byte)
            if scalar.properties.isAlphabetic && scalar.isASCII || "0123456789.-_~:".unicodeScalars.contains(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }
}
