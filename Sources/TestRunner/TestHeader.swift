import SystemPackage

/// The metadata inside a test's file: its first 8 KiB are searched.
///
/// Either `## kola:` and YAML in the `## ` lines below it, or one line `# kola: {JSON}`.
enum TestHeader {
    static let searched = 8 << 10

    private static let json = "# kola:"
    private static let yaml = "## kola:"
    private static let continuation = "## "

    /// The metadata in `bytes`, of which those after the first 8 KiB only tell that the file goes on; nil where there is none.
    ///
    /// - Throws: ``TestRunnerError`` that names `source` and the key.
    static func metadata(in bytes: [UInt8], source: String) throws -> TestMetadata? {
        let lines = bytes.prefix(searched).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { line in
                String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
            }
        let parser = TestMetadataParser(source: source)
        for (index, line) in lines.enumerated() {
            if line.hasPrefix(json) {
                return try parser.parse(String(line.dropFirst(json.count)))
            }
            if line.hasPrefix(yaml) {
                let first = line.dropFirst(yaml.count).drop(while: \.isWhitespace)
                guard first.isEmpty || first.hasPrefix("#") else {
                    throw TestRunnerError(source, "kola metadata begins on the line after \"## kola:\", not on it")
                }
                let block = lines[(index + 1)...].prefix { $0.hasPrefix(continuation) && !$0.hasPrefix(yaml) }
                if let next = lines[(index + 1 + block.count)...].first, next.hasPrefix(json) || next.hasPrefix(yaml) {
                    throw TestRunnerError(source, "there are two blocks of kola metadata; make them one")
                }
                if bytes.count > searched, index + 1 + block.count == lines.count {
                    throw TestRunnerError(
                        source, "kola metadata goes on after the first \(searched) bytes; move it to the file's begin")
                }
                return try parser.parse(block.map { $0.dropFirst(continuation.count) }.joined(separator: "\n"))
            }
        }
        return nil
    }

    /// As many bytes of a file as ``metadata(in:source:)`` needs.
    ///
    /// - Throws: `Errno`.
    static func head(of path: FilePath) throws -> [UInt8] {
        let descriptor = try FileDescriptor.open(path, .readOnly)
        return try descriptor.closeAfter {
            var bytes = [UInt8](repeating: 0, count: searched + 1)
            var count = 0
            while count < bytes.count {
                let read = try bytes.withUnsafeMutableBytes { buffer in
                    try descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
                }
                if read == 0 { break }
                count += read
            }
            return Array(bytes[..<count])
        }
    }
}
