import HostSystem
import VirtualMachine

/// What must not be in a machine's console and journal.
enum LogChecks {
    /// - Throws: ``TestFailure`` with the first finding of each file; the others are its details.
    static func run(_ files: MachineFiles) throws {
        var findings: [String] = []
        for (name, path) in [("console", files.console), ("journal", files.journal)] {
            guard let bytes = try? FileContent.read(path) else { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            findings += ConsolePattern.findings(in: text).map { "\(name): \($0)" }
        }
        if let first = findings.first { throw TestFailure(first, details: Array(findings.dropFirst())) }
    }
}
