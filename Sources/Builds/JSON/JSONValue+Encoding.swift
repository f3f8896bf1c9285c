import Foundation

extension JSONValue {
    /// The value that an encodable one is in JSON, keys sorted.
    ///
    /// - Throws: `EncodingError`, for numbers that JSON cannot express.
    public init(encoding value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        self = try JSONValue(parsing: Array(encoder.encode(value)))
    }
}
