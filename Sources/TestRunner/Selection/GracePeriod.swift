/// New tests may fail for a while: a failure within 30 days of a test's `creationDate` is a warning.
enum GracePeriod {
    static let days = 30

    /// What people are told about `test`; nil where its failures count.
    static func note(for test: KolaTest, today: CalendarDay) -> String? {
        guard let created = test.metadata.creationDate.flatMap({ CalendarDay($0) }) else { return nil }
        let end = created.adding(days: days)
        guard today < end else { return nil }
        return "⏳ Kola test \"\(test.name)\" is in grace period (created: \(created), expires: \(end)), "
            + "failures will be warnings."
    }
}
