/// One page for people: `reports/index.html`. It needs nothing but itself, and follows the reader's light or dark setting.
struct ReportPage {
    /// Something about the run.
    struct Fact: Sendable {
        let name: String
        let value: String
    }

    let report: RunReport
    /// How those that failed did when they ran once more.
    let rerun: RunReport?
    let facts: [Fact]
    /// The logs of each test, by its name.
    let logs: [String: [MachineLogs]]

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(Markup.escaped(title))</title>
        <style>
        \(ReportStyle.css)
        </style>
        </head>
        <body>
        <main>
        \(header)
        \(times)
        <h2>Tests</h2>
        \(ordered.map { ReportEntry(result: $0, logs: logs[$0.name] ?? [], scale: longest).html }.joined(separator: "\n"))
        </main>
        </body>
        </html>

        """
    }

    private var title: String { "kola: \(Self.verdict(report))\(report.version.isEmpty ? "" : ", \(report.version)")" }

    private static func verdict(_ report: RunReport) -> String {
        let words: [(Outcome, String)] = [(.fail, "failed"), (.warn, "warned"), (.skip, "skipped"), (.pass, "passed")]
        let counts = words.compactMap { outcome, word in
            let count = report.results.count { $0.outcome == outcome }
            return count == 0 ? nil : "\(count) \(word)"
        }
        return counts.isEmpty ? "no tests" : counts.joined(separator: ", ")
    }

    private var header: String {
        let list = facts.map { "<div><dt>\(Markup.escaped($0.name))</dt><dd>\(Markup.escaped($0.value))</dd></div>" }
        let outcome = report.outcome
        return """
            <header>
            <h1><span class="badge \(outcome.styleClass)">\(outcome.rawValue)</span> \(Self.verdict(report))</h1>\(again)
            <details class="facts"><summary>\(Markup.escaped(report.platform)), \(elapsed.words)</summary>
            <dl>
            \(list.joined(separator: "\n"))
            </dl>
            </details>
            </header>
            """
    }

    private var again: String {
        guard let rerun else { return "" }
        return "\n<p>What failed ran once more: <a href=\"../rerun/reports/index.html\">\(Self.verdict(rerun))</a>.</p>"
    }

    private var times: String {
        guard elapsed > .zero else { return "" }
        return """
            <section>
            <h2>Where the time went</h2>
            \(TimeChart(results: report.results).html)
            </section>
            """
    }

    private var elapsed: Duration { report.results.map(\.timeline.end).max() ?? .zero }
    private var longest: Duration { report.results.map(\.duration).max() ?? .zero }

    /// What needs to be read comes first.
    private var ordered: [TestResult] {
        let rank: [Outcome: Int] = [.fail: 0, .warn: 1, .skip: 2, .pass: 3]
        return report.results.sorted { (rank[$0.outcome] ?? 0, $0.name) < (rank[$1.outcome] ?? 0, $1.name) }
    }
}

extension Outcome {
    var styleClass: String { rawValue.lowercased() }
}

extension TestPhase {
    /// For people.
    var title: String {
        switch self {
        case .prepare: "prepare"
        case .boot: "boot"
        case .ready: "log in"
        case .run: "test"
        case .reboot: "reboot"
        case .check: "checks"
        }
    }
}

extension Duration {
    /// `0.3 s`, `1 min 5 s`, `1 h 2 min`.
    var words: String {
        let seconds = self.seconds
        if seconds < 59.95 { return "\((seconds * 10).rounded() / 10) s" }
        let whole = Int(seconds.rounded())
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole / 60 % 60) min"
    }
}
