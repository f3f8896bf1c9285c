/// The metadata inside a test's file: its first 8 KiB are searched.
///
/// Either `## kola:` and YAML in the `## ` lines below it, or one line `# kola: {JSON}`.
enum TestHeader {
    static let searched = 8 << 10

    /// The metadata in `bytes`; nil where there is none.
    ///
    /// - Throws: ``TestRunnerError`` that names `source` and the key.
    static func metadata(in bytes: [UInt8], source: String) throws -> TestMetadata? {
        let text = String(decoding: bytes.prefix(searched), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let parser = TestMetadataParser(source: source)
        for (index, line) in lines.enumerated() {
            if line.hasPrefix("# kola:") {
                return try parser.parse(String(line.dropFirst("# kola:".count)))
            }
            if line.hasPrefix("## kola:") {
                let first = line.dropFirst("## kola:".count)
                guard first.allSatisfy(\.isWhitespace) else {
                    throw TestRunnerError(source, "kola metadata begins on the line after \"## kola:\", not on it")
                }
                let block = lines[(index + 1)...].prefix { $0.hasPrefix("## ") || $0 == "##" }
                return try parser.parse(block.map { $0.dropFirst(3) }.joined(separator: "\n"))
            }
        }
        return nil
    }
}
