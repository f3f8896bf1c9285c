import Foundation

/// What a run is going to do: the tests that are left after all selection, and how their failures count.
struct TestPlan: Sendable {
    /// The tests, by name.
    var tests: [KolaTest]
    /// Whether there were some before those that the denylist names were left out.
    let isAllDenied: Bool
    /// How failures count.
    var policy: RunPolicy
    /// What people are told about it.
    let notes: [String]

    /// Selects from `available`.
    ///
    /// - Parameter today: the day, for denylist and grace periods.
    /// - Throws: ``TestRunnerError`` where nothing is left for any other reason than a denylist or a shard, and where one of
    ///   the tests has a config that is not read any more.
    init(options: RunOptions, available: [KolaTest], today: Date) throws {
        let day = CalendarDay(today)
        let selection = options.selection
        let verdict = try Self.verdict(options, today: day)
        var notes = verdict.notes
        let selected = try selection.select(from: available)
        notes += selection.notes(about: available)
        guard !selected.isEmpty else {
            throw TestRunnerError(
                nil,
                "There are no matching tests to run on this architecture/platform: \(selection.architecture) \(selection.platform)"
            )
        }
        var policy = RunPolicy(
            denied: verdict.denied, warned: verdict.warned, consoleFindingsWarn: verdict.consoleFindingsWarn)
        let allowed = selected.filter { !policy.isDenied($0) }
        if let error = allowed.compactMap(\.projectError).first { throw error }
        for test in allowed {
            guard let note = GracePeriod.note(for: test, today: day) else { continue }
            notes.append(note)
            policy.graced.insert(test.declaredName)
        }
        isAllDenied = allowed.isEmpty
        tests = allowed.flatMap { $0.copies(options.multiply) }.filter { options.shard?.contains($0.name) ?? true }
        self.policy = policy
        self.notes = notes
    }

    private static func verdict(_ options: RunOptions, today: CalendarDay) throws -> Denylist.Verdict {
        var verdict = Denylist.Verdict()
        if let path = options.denylist {
            verdict = try Denylist.load(path).verdict(
                in: Denylist.Situation(
                    architecture: options.selection.architecture, stream: options.stream,
                    platform: options.selection.platform, today: today.description))
        }
        // Those of the command line were meant by whoever typed them: nothing to tell.
        verdict.denied = options.denied.map { Glob($0) } + verdict.denied
        return verdict
    }
}
