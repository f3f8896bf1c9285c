import Foundation

/// The next version number, made from `automatic-version-prefix` as rpm-ostree does.
public struct AutomaticVersion: Sendable, Equatable {
    /// A date format that is not understood.
    public struct InvalidFormat: Error, Sendable, CustomStringConvertible {
        /// The format as written in `<date:…>`.
        public let format: String
        /// What is wrong with it.
        public var description: String {
            "key 'automatic-version-prefix': the date format '\(format)' is not understood; "
                + "use letters of strftime(3) such as %Y%m%d"
        }
    }

    /// The prefix, in which `<date:FORMAT>` stands for a date (strftime, UTC).
    public var prefix: String
    /// What stands between the prefix and the number.
    public var suffix: String

    /// Describes a version scheme.
    public init(prefix: String, suffix: String = ".") {
        self.prefix = prefix
        self.suffix = suffix
    }

    /// The version after `last`.
    ///
    /// - Parameters:
    ///   - last: the newest version there is; nil or empty for none.
    ///   - timestamp: the time of the build in seconds since 1970, from which the date comes.
    /// - Throws: ``InvalidFormat``.
    public func next(after last: String?, timestamp: Int64) throws(InvalidFormat) -> String {
        let (start, isDated) = try expand(timestamp: timestamp)
        let first = isDated ? start + suffix + "0" : start
        guard let last, last.hasPrefix(start) else { return first }
        if last == start { return start + suffix + "1" }
        let rest = last.dropFirst(start.count)
        guard rest.hasPrefix(suffix) else { return first }
        let digits = rest.dropFirst(suffix.count).prefix { ("0"..."9").contains($0) }
        return start + suffix + String((Int64(digits) ?? 0) + 1)
    }

    /// The prefix with its dates filled in, and whether it has any.
    public func expand(timestamp: Int64) throws(InvalidFormat) -> (prefix: String, isDated: Bool) {
        var result = ""
        var isDated = false
        var rest = prefix[...]
        while let start = rest.range(of: "<date:"), let end = rest[start.upperBound...].firstIndex(of: ">") {
            result += rest[..<start.lowerBound]
            result += try Self.format(String(rest[start.upperBound..<end]), timestamp)
            isDated = true
            rest = rest[rest.index(after: end)...]
        }
        return (result + rest, isDated)
    }

    private static let conversions = Set("aAbBcCdDeFgGhHIjklmMnpPrRsStTuUVwWxXyYzZ%")

    private static func format(_ format: String, _ timestamp: Int64) throws(InvalidFormat) -> String {
        var characters = format.makeIterator()
        while let character = characters.next() {
            guard character == "%" else { continue }
            guard let conversion = characters.next(), conversions.contains(conversion) else {
                throw InvalidFormat(format: format)
            }
        }
        guard !format.isEmpty else { throw InvalidFormat(format: format) }
        var seconds = time_t(timestamp)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var buffer = [CChar](repeating: 0, count: 512)
        let count = strftime(&buffer, buffer.count, format, &parts)
        guard count > 0 else { throw InvalidFormat(format: format) }
        return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
