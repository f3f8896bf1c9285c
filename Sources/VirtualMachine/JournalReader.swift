import Foundation

/// Reads systemd's journal export format as it comes and makes readable lines of it.
///
/// Format: https://systemd.io/JOURNAL_EXPORT_FORMATS/. A guest that stops in the middle of an entry (a reset) and starts
/// anew loses that entry only.
struct JournalReader: Sendable {
    /// One entry, as far as it is used here.
    struct Entry: Sendable, Equatable {
        /// The entry as `journalctl -o short-iso-precise --utc` shows it.
        let text: String
        /// `SYSLOG_IDENTIFIER`, or else the program's name.
        let identifier: String
        /// `MESSAGE`.
        let message: String
    }

    private enum Expecting {
        /// A line: a field, the name of a binary field, or an empty line.
        case line
        /// The 8 bytes of a binary field's length.
        case length(name: String)
        /// A binary field's bytes and the line end after them.
        case data(name: String, count: Int)
    }

    private static let wanted: Set<String> = [
        "MESSAGE", "SYSLOG_IDENTIFIER", "_COMM", "_PID", "SYSLOG_PID", "_HOSTNAME", "__REALTIME_TIMESTAMP",
    ]
    /// Longer fields are garbage.
    private static let fieldLimit = 4 << 20

    private var pending: [UInt8] = []
    private var expecting = Expecting.line
    private var entry: [String: String] = [:]

    /// Takes bytes; returns the entries that they complete.
    mutating func append(_ bytes: [UInt8]) -> [Entry] {
        pending += bytes
        var entries: [Entry] = []
        var start = 0
        loop: while start < pending.count {
            switch expecting {
            case .line:
                guard let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) else {
                    if pending.count - start > Self.fieldLimit { start = pending.count }
                    break loop
                }
                if let entry = take(line: pending[start..<end]) { entries.append(entry) }
                start = end + 1
            case .length(let name):
                guard pending.count - start >= 8 else { break loop }
                let count = (0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(pending[start + $1]) }
                start += 8
                expecting = count <= Self.fieldLimit ? .data(name: name, count: Int(count)) : .line
            case .data(let name, let count):
                guard pending.count - start > count else { break loop }
                set(name, pending[start..<(start + count)])
                start += count + 1
                expecting = .line
            }
        }
        pending.removeFirst(start)
        return entries
    }

    private mutating func take(line: ArraySlice<UInt8>) -> Entry? {
        guard !line.isEmpty else {
            defer { entry = [:] }
            return complete
        }
        guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else {
            if line.allSatisfy(Self.isNameByte) { expecting = .length(name: String(decoding: line, as: UTF8.self)) }
            return nil
        }
        let name = String(decoding: line[..<equals], as: UTF8.self)
        if name == "__CURSOR" { entry = [:] }
        set(name, line[(equals + 1)...])
        return nil
    }

    private mutating func set(_ name: String, _ value: ArraySlice<UInt8>) {
        if Self.wanted.contains(name) { entry[name] = String(decoding: value, as: UTF8.self) }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || byte == UInt8(ascii: "_")
    }

    private var complete: Entry? {
        guard let message = entry["MESSAGE"], let stamp = entry["__REALTIME_TIMESTAMP"].flatMap(Int64.init) else {
            return nil
        }
        let (seconds, micros) = stamp.quotientAndRemainder(dividingBy: 1_000_000)
        let date = Self.date(seconds)
        let fraction = String(micros + 1_000_000).dropFirst()
        let process = entry["SYSLOG_IDENTIFIER"] ?? entry["_COMM"] ?? "unknown"
        let number = (entry["_PID"] ?? entry["SYSLOG_PID"]).map { "[\($0)]" } ?? ""
        let indented = message.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n    ")
        let text = "\(date).\(fraction)+0000 \(entry["_HOSTNAME"] ?? "localhost") \(process)\(number): \(indented)"
        return Entry(text: text, identifier: process, message: message)
    }

    private static func date(_ seconds: Int64) -> String {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        let numbers = [
            parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
        ].map { number in number < 10 ? "0\(number)" : "\(number)" }
        return numbers[..<3].joined(separator: "-") + "T" + numbers[3...].joined(separator: ":")
    }
}
