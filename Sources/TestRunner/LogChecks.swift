import HostSystem
import VirtualMachine

/// What must not be in a machine's console and journal.
enum LogChecks {
    /// The findings are told to `log` where the run says that they are no failure.
    ///
    /// - Throws: ``TestFailure`` with the first finding of each file; the others are its details.
    static func run(_ files: MachineFiles, log: TestLog) throws {
        var findings: [String] = []
        for (name, path) in [("console", files.console), ("journal", files.journal)] {
            guard let bytes = try? FileContent.read(path) else { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            findings += ConsolePattern.findings(in: text).map { "\(name): \($0)" }
        }
        if log.policy.consoleFindingsWarn {
            for finding in findings { log.append("warning: \(finding)") }
            return
        }
        if let first = findings.first { throw TestFailure(first, details: Array(findings.dropFirst())) }
    }
}
