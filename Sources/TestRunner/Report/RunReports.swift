import Foundation
import HostSystem
import SystemPackage

/// The files in which a run is told afterwards.
struct RunReports: Sendable {
    let report: RunReport
    let output: OutputDirectory
    let image: FilePath
    let accelerator: String
    let started: Date
    let commandLine: [String]
    /// How those that failed did when they ran once more.
    var rerun: RunReport?

    func write() throws {
        for (path, text) in [
            (output.report, report.json), (output.tap, report.tap), (output.junit, JUnitReport(report).xml),
            (output.page, page.html),
        ] {
            try AtomicFile.write(Array(text.utf8), to: path)
        }
    }

    private var page: ReportPage {
        var facts = [("Image", image.string), ("Accelerator", accelerator)]
        if !report.version.isEmpty { facts.insert(("Version", report.version), at: 0) }
        facts.append(("Started", started.formatted(.iso8601)))
        facts.append(("Command", commandLine.map(\.shellQuoted).joined(separator: " ")))
        return ReportPage(
            report: report, rerun: rerun, facts: facts.map { ReportPage.Fact(name: $0.0, value: $0.1) },
            logs: Dictionary(
                report.results.map { ($0.name, MachineLogs.find(in: output, test: $0)) }, uniquingKeysWith: { $1 }))
    }
}
