import Foundation

/// A day, as denylists and tests write it: `YYYY-MM-DD`, in UTC.
struct CalendarDay: Sendable, Equatable, Comparable, CustomStringConvertible {
    private static let style = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()

    let description: String
    private let start: Date

    /// Nil where `text` is no day.
    init?(_ text: String) {
        guard text.wholeMatch(of: /\d{4}-\d{2}-\d{2}/) != nil, let start = try? Date(text, strategy: Self.style) else {
            return nil
        }
        self.init(start)
        // 2026-02-30 is not the second of March.
        guard description == text else { return nil }
    }

    /// The day of a moment.
    init(_ moment: Date) {
        start = moment
        description = moment.formatted(Self.style)
    }

    /// The day that is this many days later.
    func adding(days: Int) -> CalendarDay { CalendarDay(start.addingTimeInterval(Double(days) * 86_400)) }

    /// `Jan 02 2006`, as upstream's kola tells it.
    var spelledOut: String {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = description.split(separator: "-")
        guard parts.count == 3, let month = Int(parts[1]), months.indices.contains(month - 1) else {
            return description
        }
        return "\(months[month - 1]) \(parts[2]) \(parts[0])"
    }

    static func == (a: Self, b: Self) -> Bool { a.description == b.description }
    static func < (a: Self, b: Self) -> Bool { a.description < b.description }
}
