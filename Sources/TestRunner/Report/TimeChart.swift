/// Where the time of a run went: what its tests did in all, and which ran when.
struct TimeChart {
    let results: [TestResult]

    /// The width of all pictures in their own units; they are stretched to that of the page.
    private static let width = 1000.0
    private static let rowHeight = 20.0

    var html: String {
        let timed = results.filter { !$0.timeline.spans.isEmpty }
        let totals = TestPhase.allCases.map { phase in
            (phase, timed.reduce(Duration.zero) { $0 + $1.timeline.total(phase) })
        }
        return Self.sum(totals) + "\n" + Self.schedule(timed)
    }

    /// One bar of all phases, and their names and sums.
    private static func sum(_ totals: [(phase: TestPhase, duration: Duration)]) -> String {
        let all = totals.reduce(Duration.zero) { $0 + $1.duration }
        guard all > .zero else { return "" }
        var boxes: [String] = []
        var items: [String] = []
        var start = Duration.zero
        for (phase, duration) in totals where duration > .zero {
            boxes.append(box(phase, from: start, lasting: duration, of: all, row: 0))
            start += duration
            let share = Int((duration.seconds / all.seconds * 100).rounded())
            items.append(
                #"<li><i class="\#(phase.rawValue)"></i>\#(phase.title) <b>\#(duration.words)</b> <small>\#(share) %</small></li>"#
            )
        }
        return picture(boxes, rows: 1, label: "what the tests did", class: "sum")
            + "\n<ul class=\"legend\">\(items.joined())</ul>"
    }

    /// A row for each test that runs at the same time as another.
    private static func schedule(_ results: [TestResult]) -> String {
        let end = results.map(\.timeline.end).max() ?? .zero
        guard results.count > 1, end > .zero else { return "" }
        let rows = rows(of: results)
        var boxes: [String] = []
        for (result, row) in rows {
            let parts = result.timeline.spans.map {
                box($0.phase, from: $0.start, lasting: $0.duration, of: end, row: row)
            }
            let title = "\(result.name): \(result.outcome.rawValue), \(result.duration.words)"
            let frame = frame(result.timeline, of: end, row: row, class: result.outcome.styleClass)
            boxes.append(
                "<a href=\"#\(ReportEntry.anchor(result.name))\"><title>\(Markup.escaped(title))</title>"
                    + "\(parts.joined())\(frame)</a>")
        }
        let axis = [Duration.zero, end / 2, end].map { "<span>\($0.words)</span>" }.joined()
        return picture(boxes, rows: (rows.map(\.row).max() ?? 0) + 1, label: "which test ran when", class: "schedule")
            + "\n<div class=\"axis\">\(axis)</div>"
    }

    /// The first row that is free when a test starts.
    static func rows(of results: [TestResult]) -> [(result: TestResult, row: Int)] {
        var ends: [Duration] = []
        return results.sorted { ($0.timeline.start, $0.name) < ($1.timeline.start, $1.name) }.map { result in
            let row = ends.firstIndex { $0 <= result.timeline.start } ?? ends.count
            if row == ends.count { ends.append(.zero) }
            ends[row] = result.timeline.end
            return (result, row)
        }
    }

    static func box(
        _ phase: TestPhase, from start: Duration, lasting duration: Duration, of all: Duration, row: Int
    ) -> String {
        #"<rect class="\#(phase.rawValue)" \#(place(start, duration, all, row))><title>\#(phase.title) \#(duration.words)</title></rect>"#
    }

    private static func frame(_ timeline: TestTimeline, of all: Duration, row: Int, class name: String) -> String {
        #"<rect class="frame \#(name)" \#(place(timeline.start, timeline.end - timeline.start, all, row))/>"#
    }

    private static func place(_ start: Duration, _ duration: Duration, _ all: Duration, _ row: Int) -> String {
        let scale = width / all.seconds
        return #"x="\#(number(start.seconds * scale))" y="\#(number(Double(row) * rowHeight + 1))" "#
            + #"width="\#(number(duration.seconds * scale))" height="\#(number(rowHeight - 2))""#
    }

    static func picture(_ content: [String], rows: Int, label: String, class name: String) -> String {
        let height = number(Double(rows) * rowHeight)
        return #"<svg class="\#(name)" viewBox="0 0 \#(number(width)) \#(height)" height="\#(height)" "#
            + #"preserveAspectRatio="none" role="img" aria-label="\#(Markup.escaped(label))">\#(content.joined())</svg>"#
    }

    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
