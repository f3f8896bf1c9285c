import Foundation

/// A value as the JSON text that `--json` prints.
public enum JSONReport {
    /// Indented text with sorted keys, so that the same value is the same text.
    ///
    /// - Throws: `EncodingError`, for numbers that JSON cannot express.
    public static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
