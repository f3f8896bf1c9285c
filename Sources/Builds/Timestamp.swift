import Foundation

/// Moments as the metadata files write them: UTC, whole seconds, `2026-11-21T00:00:00Z`.
public enum Timestamp {
    /// The text of a moment.
    ///
    /// - Parameter seconds: since 1970-01-01 UTC.
    public static func text(_ seconds: Int64) -> String {
        let date = Date(timeIntervalSince1970: TimeInterval(seconds))
        return date.formatted(.iso8601)
    }

    /// The seconds since 1970-01-01 UTC of a text; nil where it is none.
    public static func seconds(_ text: String) -> Int64? {
        guard let date = try? Date(text, strategy: .iso8601) else { return nil }
        return Int64(date.timeIntervalSince1970)
    }

    /// The day of a moment, `20261121`, as versions have it.
    public static func day(_ seconds: Int64) -> String {
        String(text(seconds).prefix(10).filter { $0 != "-" })
    }

    /// `SOURCE_DATE_EPOCH` of the environment, in seconds since 1970; nil where it is not set.
    ///
    /// - Throws: ``BuildsError`` where it is not a whole number.
    public static func sourceDateEpoch(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Int64? {
        guard let text = environment["SOURCE_DATE_EPOCH"], !text.isEmpty else { return nil }
        guard let seconds = Int64(text) else {
            throw BuildsError("SOURCE_DATE_EPOCH is \"\(text)\"; it must be whole seconds since 1970-01-01 UTC")
        }
        return seconds
    }
}
