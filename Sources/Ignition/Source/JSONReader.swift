/// Reads JSON (RFC 8259) and remembers where every value stands, which Foundation's reader does not.
struct JSONReader {
    private let bytes: [UInt8]
    private let source: String
    private var index = 0
    private var line = 1
    private var column = 1
    private var depth = 0

    /// Deeper configs are no configs; without a limit they would overflow the stack.
    private static let deepest = 200

    /// - Throws: ``IgnitionError`` with the place that is not JSON.
    static func read(_ bytes: [UInt8], source: String) throws -> SourceNode {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw IgnitionError(source: source, reason: "not valid JSON: not UTF-8 text")
        }
        var reader = JSONReader(bytes: bytes, source: source)
        reader.skipSpace()
        let value = try reader.value(key: "")
        reader.skipSpace()
        if reader.peek != nil { throw reader.failure("text after the end of the config") }
        return value
    }

    private init(bytes: [UInt8], source: String) {
        self.bytes = bytes
        self.source = source
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func advance() {
        let byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if byte & 0xC0 != 0x80 {
            column += 1
        }
    }

    private mutating func skipSpace() {
        while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { advance() }
    }

    private func failure(_ reason: String) -> IgnitionError {
        IgnitionError(source: source, line: line, column: column, reason: "not valid JSON: \(reason)")
    }

    private func unexpected(_ wanted: String) -> IgnitionError {
        guard let byte = peek else { return failure("it ends where \(wanted) is expected") }
        let character = String(decoding: bytes[index...].prefix(4), as: UTF8.self).first.map(String.init) ?? "\(byte)"
        return failure("\(wanted) is expected, not '\(character)'")
    }

    private mutating func expect(_ character: Unicode.Scalar) throws {
        guard peek == UInt8(ascii: character) else { throw unexpected("'\(character)'") }
        advance()
    }

    private mutating func value(key: String) throws -> SourceNode {
        let place = Place(line: line, column: column, key: key)
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw failure("more than \(Self.deepest) levels") }
        switch peek {
        case UInt8(ascii: "{"): return SourceNode(.object(try members(key)), place)
        case UInt8(ascii: "["): return SourceNode(.list(try elements(key)), place)
        case UInt8(ascii: "\""): return SourceNode(.text(try text()), place)
        default: return SourceNode(try word(), place)
        }
    }

    private mutating func members(_ key: String) throws -> [SourceNode.Member] {
        var result: [SourceNode.Member] = []
        var seen: Set<String> = []
        try expect("{")
        skipSpace()
        while peek != UInt8(ascii: "}") {
            if !result.isEmpty {
                try expect(",")
                skipSpace()
            }
            let start = (line: line, column: column)
            guard peek == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
            let name = try text()
            let place = Place(line: start.line, column: start.column, key: Place.join(key, name))
            guard seen.insert(name).inserted else {
                throw IgnitionError(source: source, place, "the key is there more than once; keep one")
            }
            skipSpace()
            try expect(":")
            skipSpace()
            result.append(SourceNode.Member(key: name, place: place, value: try value(key: place.key)))
            skipSpace()
        }
        advance()
        return result
    }

    private mutating func elements(_ key: String) throws -> [SourceNode] {
        var result: [SourceNode] = []
        try expect("[")
        skipSpace()
        while peek != UInt8(ascii: "]") {
            if !result.isEmpty {
                try expect(",")
                skipSpace()
            }
            result.append(try value(key: Place.join(key, "\(result.count)")))
            skipSpace()
        }
        advance()
        return result
    }

    /// `null`, a truth value or a number.
    private mutating func word() throws -> SourceNode.Content {
        let start = index
        var end = index
        while end < bytes.count, Self.isWord(bytes[end]) { end += 1 }
        let word = String(decoding: bytes[start..<end], as: UTF8.self)
        let content: SourceNode.Content? =
            switch word {
            case "": nil
            case "null": .null
            case "true": .boolean(true)
            case "false": .boolean(false)
            default: Self.number(word)
            }
        guard let content else { throw unexpected("a value") }
        while index < end { advance() }
        return content
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func number(_ word: String) -> SourceNode.Content? {
        guard word.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/) != nil else { return nil }
        if let value = Int(word) { return .integer(value) }
        guard let value = Double(word), value.isFinite else { return nil }
        return .number(value)
    }

    private mutating func text() throws -> String {
        advance()
        var result: [UInt8] = []
        while let byte = peek, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw failure("a line break or control character in a text; write it as \\n") }
            if byte == UInt8(ascii: "\\") {
                advance()
                result += try escaped()
            } else {
                result.append(byte)
                advance()
            }
        }
        try expect("\"")
        return String(decoding: result, as: UTF8.self)
    }

    private mutating func escaped() throws -> [UInt8] {
        let plain: [UInt8: UInt8] = [
            UInt8(ascii: "n"): 0x0A, UInt8(ascii: "t"): 0x09, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "b"): 0x08,
            UInt8(ascii: "f"): 0x0C, UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
            UInt8(ascii: "/"): UInt8(ascii: "/"),
        ]
        if let byte = peek, let meant = plain[byte] {
            advance()
            return [meant]
        }
        guard peek == UInt8(ascii: "u") else { throw unexpected("an escape such as \\n") }
        var units = [try codeUnit()]
        if UTF16.isLeadSurrogate(units[0]), bytes[index...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) {
            advance()
            units.append(try codeUnit())
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }

    /// The four digits after `u`.
    private mutating func codeUnit() throws -> UInt16 {
        advance()
        let digits = String(decoding: bytes[index...].prefix(4), as: UTF8.self)
        guard digits.utf8.count == 4, digits.allSatisfy(\.isHexDigit), let unit = UInt16(digits, radix: 16) else {
            throw unexpected("four hexadecimal digits")
        }
        for _ in 0..<4 { advance() }
        return unit
    }
}
