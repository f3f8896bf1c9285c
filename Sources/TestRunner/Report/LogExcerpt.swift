import Foundation
import HostSystem
import SystemPackage
import VirtualMachine

/// What of a log is worth reading after a failure: the lines that tell why, what is around them, and the end.
struct LogExcerpt: Sendable, Equatable {
    /// A line that is shown.
    struct Line: Sendable, Equatable {
        /// Counted from 1.
        let number: Int
        let text: String
        /// Why it is marked; nil where it is not.
        let mark: String?
    }

    /// The lines, in order. Between two whose numbers do not follow, others are left out.
    let lines: [Line]
    /// How many lines the log has.
    let count: Int

    static let around = 6
    static let tail = 30
    private static let markLimit = 20
    /// A guest may write megabytes without a line end.
    static let lineLimit = 500

    /// systemd's own words for what went wrong with a unit.
    private static let unitFailure = ConsolePattern.UnitFailure()

    /// Reads an excerpt out of a whole log.
    init(of text: String) {
        var all = ConsoleText.withoutEscapes(text).split(separator: "\n", omittingEmptySubsequences: false)
        if all.last == "" { all.removeLast() }
        count = all.count
        var marks: [Int: String] = [:]
        for finding in ConsolePattern.findings(in: text) { marks[finding.line] = "\(finding.name): \(finding.reason)" }
        for (index, line) in all.enumerated() where marks.count < Self.markLimit && Self.unitFailure.matches(line) {
            if marks[index + 1] == nil { marks[index + 1] = "a unit failed" }
        }
        var shown = Set(max(1, all.count - Self.tail + 1)..<max(1, all.count + 1))
        for number in marks.keys {
            shown.formUnion(max(1, number - Self.around)...max(1, min(all.count, number + Self.around)))
        }
        lines = shown.sorted().filter { $0 <= all.count }.map { number in
            let text = all[number - 1]
            let isLong = text.unicodeScalars.count > Self.lineLimit
            return Line(
                number: number,
                text: isLong ? String(text.unicodeScalars.prefix(Self.lineLimit)) + "…" : String(text),
                mark: marks[number])
        }
    }
}

extension ConsolePattern {
    /// Lines in which systemd says that a unit failed. They are no sign of a bad machine by themselves: they are only marked
    /// for people who look why a test failed.
    struct UnitFailure: Sendable {
        func matches(_ line: Substring) -> Bool {
            guard line.contains("systemd[") else { return false }
            return line.contains(": Failed with result '") || line.contains("Failed to start ")
                || line.contains("Main process exited, code=") && !line.contains("code=exited, status=0")
        }
    }
}

/// A log of a test's machine.
struct MachineLogs: Sendable, Equatable {
    /// The name of the file.
    let name: String
    /// The way to it from the reports.
    let link: String
    /// What is worth reading; nil where the test passed.
    let excerpt: LogExcerpt?

    /// Longer logs are read from here before their end.
    private static let limit: Int64 = 8 << 20

    /// The logs of all machines of a test, the test's own output first. Empty ones are left out.
    static func find(in output: OutputDirectory, test: TestResult) -> [MachineLogs] {
        let folder = output.folder(of: test.name)
        let isExcerpted = test.outcome == .fail || test.outcome == .warn
        let rank = ["console.txt": 1, "journal.txt": 2, "qemu.txt": 3]
        return FileContent.names(in: folder).flatMap { machine -> [MachineLogs] in
            let place = folder.appending(machine)
            guard FileContent.isDirectory(place) else { return [] }
            let names = FileContent.names(in: place).filter { $0.hasSuffix(".txt") }
            return names.sorted { (rank[$0] ?? 0, $0) < (rank[$1] ?? 0, $1) }.compactMap { name in
                guard let text = end(of: place.appending(name)), !text.isEmpty else { return nil }
                let link = Markup.link(["..", folder.lastComponent?.string ?? "", machine, name])
                return MachineLogs(name: name, link: link, excerpt: isExcerpted ? LogExcerpt(of: text) : nil)
            }
        }
    }

    private static func end(of path: FilePath) -> String? {
        guard let descriptor = try? FileDescriptor.open(path, .readOnly) else { return nil }
        defer { try? descriptor.close() }
        guard let size = try? descriptor.seek(offset: 0, from: .end) else { return nil }
        let start = max(0, size - limit)
        var bytes = [UInt8](repeating: 0, count: Int(size - start))
        var count = 0
        while count < bytes.count {
            let read = try? bytes.withUnsafeMutableBytes { buffer in
                try descriptor.read(
                    fromAbsoluteOffset: start + Int64(count),
                    into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
            }
            guard let read, read > 0 else { break }
            count += read
        }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
