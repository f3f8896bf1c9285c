import HostSystem
import SystemPackage
import Yams

/// The tests that are known not to work: `kola-denylist.yaml`.
public struct Denylist: Sendable, Equatable {
    /// One entry.
    public struct Entry: Sendable, Equatable {
        /// The tests that it is about.
        public var pattern: Glob
        /// The bug report.
        public var tracker: String?
        /// They run, and a failure is a warning.
        public var warn = false
        /// The day, `YYYY-MM-DD`, from which on they run again.
        public var snooze: String?
        /// Where it holds; empty for everywhere.
        public var arches: [String] = []
        /// In which streams it holds; empty for all.
        public var streams: [String] = []
        /// On which platforms it holds; empty for all.
        public var platforms: [String] = []
    }

    /// Where and when a run is: what entries are compared with.
    public struct Situation: Sendable, Equatable {
        /// The guest's architecture.
        public var architecture: String
        /// The stream of the build; nil where it has none.
        public var stream: String?
        /// The platform.
        public var platform: String
        /// The day, `YYYY-MM-DD`.
        public var today: String

        /// A situation.
        public init(architecture: String, stream: String?, platform: String, today: String) {
            self.architecture = architecture
            self.stream = stream
            self.platform = platform
            self.today = today
        }
    }

    /// What holds now.
    public struct Verdict: Sendable, Equatable {
        /// Tests that do not run.
        public var denied: [Glob] = []
        /// Tests whose failure is a warning.
        public var warned: [Glob] = []
        /// What is found in consoles and journals fails no test.
        public var consoleFindingsWarn = false
        /// What people are told about it.
        public var notes: [String] = []
    }

    /// The pattern that is a switch and no test.
    public static let skipConsoleWarnings = "skip-console-warnings"

    /// The entries, in the file's order.
    public var entries: [Entry]

    /// A list of entries.
    public init(entries: [Entry] = []) { self.entries = entries }

    /// Reads a file.
    ///
    /// - Throws: ``TestRunnerError`` with the file and the key that is wrong.
    public static func load(_ path: FilePath) throws -> Denylist {
        let text = String(decoding: try FileContent.read(path), as: UTF8.self)
        let node: Node?
        do { node = try Yams.compose(yaml: text) } catch {
            throw TestRunnerError(path.string, "not valid YAML: \(error)")
        }
        guard let node, node.null == nil else { return Denylist() }
        guard case .sequence(let sequence) = node else { throw TestRunnerError(path.string, "not a list of patterns") }
        return Denylist(entries: try sequence.enumerated().map { try entry($1, number: $0 + 1, source: path.string) })
    }

    private static func entry(_ node: Node, number: Int, source: String) throws -> Entry {
        guard let pattern = node["pattern"]?.string else {
            throw TestRunnerError(source, "entry \(number) has no key \"pattern\"")
        }
        func wrong(_ key: String, _ expected: String) -> TestRunnerError {
            TestRunnerError(source, "the key \"\(key)\" of entry \"\(pattern)\" must be \(expected)")
        }
        func names(_ key: String, _ value: Node) throws -> [String] {
            guard case .sequence(let sequence) = value else { throw wrong(key, "a list of names") }
            return sequence.compactMap(\.string)
        }
        var entry = Entry(pattern: Glob(pattern))
        for (key, value) in node.mapping ?? [:] {
            switch key.string ?? "" {
            case "pattern": continue
            case "tracker": entry.tracker = value.string
            case "warn":
                guard let warn = value.bool else { throw wrong("warn", "true or false") }
                entry.warn = warn
            case "snooze":
                guard let day = value.string, CalendarDay(day) != nil else {
                    throw wrong("snooze", "a date, YYYY-MM-DD")
                }
                entry.snooze = day
            case "arches": entry.arches = try names("arches", value)
            case "streams": entry.streams = try names("streams", value)
            case "platforms": entry.platforms = try names("platforms", value)
            default: throw TestRunnerError(source, "entry \"\(pattern)\" has an unknown key \"\(key.string ?? "")\"")
            }
        }
        return entry
    }

    /// What the list means here and now.
    public func verdict(in situation: Situation) -> Verdict {
        var verdict = Verdict()
        if situation.stream == nil, entries.contains(where: { !$0.streams.isEmpty }) {
            verdict.notes.append(
                "warning: Stream could not be determined from '--denylist-stream' or meta.json. "
                    + "Stream-scoped denylist entries will not be applied (tests will not be skipped).")
        }
        for entry in entries where applies(entry, in: situation) {
            if entry.pattern.pattern == Self.skipConsoleWarnings {
                verdict.consoleFindingsWarn = true
            } else {
                judge(entry, today: situation.today, in: &verdict)
            }
        }
        return verdict
    }

    /// The lines are upstream's, as scripts look for them.
    private func judge(_ entry: Entry, today: String, in verdict: inout Verdict) {
        let name = entry.pattern.pattern
        let isSnoozing = entry.snooze.map { today < $0 } ?? false
        if let snooze = entry.snooze {
            let day = CalendarDay(snooze)?.spelledOut ?? snooze
            verdict.notes.append(
                isSnoozing
                    ? "🕒  Snoozing kola test pattern \"\(name)\" until \(day)"
                    : "⏰ Snooze for kola test pattern \"\(name)\" expired on \(day)")
        }
        if isSnoozing || entry.snooze == nil && !entry.warn {
            if !isSnoozing { verdict.notes.append("⏭️  Skipping kola test pattern \"\(name)\":") }
            verdict.denied.append(entry.pattern)
        } else if entry.warn {
            verdict.notes.append("⚠️  Will warn on failure for kola test pattern \"\(name)\":")
            verdict.warned.append(entry.pattern)
        }
        if let tracker = entry.tracker { verdict.notes.append("  👉 \(tracker)") }
    }

    private func applies(_ entry: Entry, in situation: Situation) -> Bool {
        let streamFits = entry.streams.isEmpty || situation.stream.map(entry.streams.contains) ?? false
        return streamFits && (entry.arches.isEmpty || entry.arches.contains(situation.architecture))
            && (entry.platforms.isEmpty || entry.platforms.contains(situation.platform))
    }
}
