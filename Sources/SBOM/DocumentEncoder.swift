import Foundation

/// How both documents become bytes.
enum DocumentEncoder {
    /// Sorted keys and a newline at the end: equal values have equal bytes, and two builds can be compared line by line.
    static func bytes(of document: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(document)) + [UInt8(ascii: "\n")]
    }
}
