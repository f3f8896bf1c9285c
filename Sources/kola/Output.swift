import Foundation

/// Standard output, written whole lines at a time from any task.
enum Output {
    static func write(_ lines: [String]) {
        guard !lines.isEmpty else { return }
        FileHandle.standardOutput.write(Data((lines.joined(separator: "\n") + "\n").utf8))
    }

    static func write(_ line: String) { write([line]) }
}
