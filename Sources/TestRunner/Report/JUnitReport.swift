/// The results as JUnit writes them, for servers that show test reports.
///
/// A part of a test is a case of its own, in the class of its test. A warning is a case that passed and has output, as JUnit
/// knows none.
struct JUnitReport {
    private let report: RunReport

    init(_ report: RunReport) { self.report = report }

    var xml: String {
        let cases = report.results.flatMap { [$0] + $0.subtests }
        let failures = cases.count { $0.outcome == .fail }
        let skipped = cases.count { $0.outcome == .skip }
        let seconds = report.results.reduce(Duration.zero) { $0 + $1.duration }.milliseconds
        let counts =
            #"tests="\#(cases.count)" failures="\#(failures)" errors="0" skipped="\#(skipped)" time="\#(seconds)""#
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites \(counts)>
              <testsuite name="kola" \(counts)>
                <properties>
                  <property name="platform" value="\(Markup.escaped(report.platform))"/>
                  <property name="version" value="\(Markup.escaped(report.version))"/>
                </properties>
            \(cases.map(Self.testCase).joined(separator: "\n"))
              </testsuite>
            </testsuites>

            """
    }

    private static func testCase(_ result: TestResult) -> String {
        let parts = result.name.split(separator: "/", maxSplits: 1).map(String.init)
        let place = parts.count > 1 ? "kola.\(parts[0])" : "kola"
        let head =
            #"    <testcase classname="\#(Markup.escaped(place))" name="\#(Markup.escaped(parts.last ?? ""))" time="\#(result.duration.milliseconds)""#
        let output = Markup.escaped(result.output)
        switch result.outcome {
        case .pass where output.isEmpty: return head + "/>"
        case .pass: return "\(head)><system-out>\(output)</system-out></testcase>"
        case .warn: return "\(head)><system-out>WARN: \(output)</system-out></testcase>"
        case .skip: return #"\#(head)><skipped message="\#(output)"/></testcase>"#
        case .fail:
            return #"\#(head)><failure message="\#(Markup.escaped(result.reason))">\#(output)</failure></testcase>"#
        }
    }
}

extension Duration {
    /// Seconds with three digits, as in `26.325`.
    var milliseconds: String {
        let whole = (nanoseconds + 500_000) / 1_000_000
        return "\(whole / 1000).\(String(whole % 1000 + 1000).dropFirst())"
    }
}
