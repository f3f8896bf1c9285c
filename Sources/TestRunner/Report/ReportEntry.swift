/// A test on the page: its line, and behind it all that is known.
struct ReportEntry {
    let result: TestResult
    let logs: [MachineLogs]
    /// The duration of the run's longest test, so that bars can be compared.
    let scale: Duration

    var html: String {
        let isOpen = result.outcome == .fail ? " open" : ""
        return """
            <details class="test" id="\(Self.anchor(result.name))"\(isOpen)>
            <summary><span class="badge \(result.outcome.styleClass)">\(result.outcome.rawValue)</span>\
            <span class="name">\(Self.breakable(result.name))</span>\
            <span class="time">\(result.duration.words)</span>\(bar)</summary>
            \([reason, phases, parts, output, logs.map(Self.log).joined(separator: "\n")].filter { !$0.isEmpty }
                .joined(separator: "\n"))
            </details>
            """
    }

    /// Where links to the test lead.
    static func anchor(_ name: String) -> String { "test-" + Markup.link([name]) }

    /// A name that may be broken after its dots on a narrow screen.
    private static func breakable(_ name: String) -> String {
        Markup.escaped(name).replacing(".", with: ".<wbr>").replacing("/", with: "/<wbr>")
    }

    private var reason: String {
        result.reason.isEmpty ? "" : #"<p class="reason">\#(Markup.escaped(result.reason))</p>"#
    }

    private var bar: String {
        guard !result.timeline.spans.isEmpty, scale > .zero else { return "" }
        let start = result.timeline.start
        let boxes = result.timeline.spans.map { span in
            TimeChart.box(span.phase, from: span.start - start, lasting: span.duration, of: scale, row: 0)
        }
        return TimeChart.picture(boxes, rows: 1, label: "timeline of \(result.name)", class: "mini")
    }

    private var phases: String {
        guard !result.timeline.spans.isEmpty else { return "" }
        let items = result.timeline.spans.map { span in
            #"<li><i class="\#(span.phase.rawValue)"></i>\#(span.phase.title) <b>\#(span.duration.words)</b></li>"#
        }
        return #"<ol class="phases">\#(items.joined())</ol>"#
    }

    private var parts: String {
        guard !result.subtests.isEmpty else { return "" }
        let items = result.subtests.map { part in
            let name =
                part.name.hasPrefix(result.name + "/") ? String(part.name.dropFirst(result.name.count + 1)) : part.name
            let reason = part.reason.isEmpty ? "" : #"<span class="reason">\#(Markup.escaped(part.reason))</span>"#
            return #"<li><span class="badge \#(part.outcome.styleClass)">\#(part.outcome.rawValue)</span> "#
                + "\(Self.breakable(name)) <span class=\"time\">\(part.duration.words)</span>\(reason)</li>"
        }
        return #"<ul class="parts">\#(items.joined())</ul>"#
    }

    private var output: String {
        result.output.isEmpty ? "" : "<h3>Output</h3><pre>\(Markup.escaped(result.output))</pre>"
    }

    private static func log(_ log: MachineLogs) -> String {
        let head = #"<a href="\#(log.link)">\#(Markup.escaped(log.name))</a>"#
        guard let excerpt = log.excerpt else { return #"<p class="log">\#(head)</p>"# }
        var text = ""
        var previous = 0
        for line in excerpt.lines {
            let skipped = line.number - previous - 1
            if skipped > 0 { text += "<span class=\"gap\">… \(skipped) \(skipped == 1 ? "line" : "lines") …</span>\n" }
            previous = line.number
            let content = "<span class=\"number\">\(line.number)</span>\(Markup.escaped(line.text))"
            if let mark = line.mark {
                text += #"<mark title="\#(Markup.escaped(mark))">\#(content)</mark>"#
                text += "<span class=\"why\">\(Markup.escaped(mark))</span>"
            } else {
                text += content + "\n"
            }
        }
        return "<h3>\(head)</h3><pre class=\"lines\">\(text)</pre>"
    }
}
