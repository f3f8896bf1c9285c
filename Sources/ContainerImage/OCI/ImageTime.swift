import Foundation

/// Times in image documents (RFC 3339).
enum ImageTime {
    /// Seconds since 1970; fractions are dropped. Nil for what is no time.
    static func seconds(_ text: String) -> Int64? {
        let whole = text.replacing(/\.[0-9]+/, with: "")
        return (try? Date(whole, strategy: .iso8601)).map { Int64($0.timeIntervalSince1970) }
    }
}
