import Foundation
import SystemPackage

/// A process by its number and the moment of its start: numbers are given out again, the pair is not.
public struct ProcessIdentity: Sendable, Hashable {
    /// The process number.
    public let number: Int32
    /// Clock ticks between the boot of the machine and the start of the process (proc_pid_stat(5), field 22).
    public let startTicks: UInt64

    /// The identity of the running process with this number; nil where there is none.
    public init?(number: Int32) {
        guard let bytes = try? FileContent.read(FilePath("/proc/\(number)/stat")) else { return nil }
        // The program's name is in parentheses and may hold anything; the fields after the last one are numbers.
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let ticks = UInt64(fields[19]) else { return nil }
        self.number = number
        self.startTicks = ticks
    }

    /// This process.
    public static var current: ProcessIdentity? { ProcessIdentity(number: getpid()) }

    /// Reads `<number> <startTicks>`, the form of ``description``.
    init?(_ text: some StringProtocol) {
        let fields = text.split(whereSeparator: \.isWhitespace)
        guard fields.count == 2, let number = Int32(fields[0]), let ticks = UInt64(fields[1]) else { return nil }
        self.number = number
        self.startTicks = ticks
    }

    /// True while that very process runs.
    public var isRunning: Bool { ProcessIdentity(number: number) == self }
}

extension ProcessIdentity {
    /// The number of the process that started the running process `number`; nil where there is none.
    public static func parent(of number: Int32) -> Int32? {
        guard let bytes = try? FileContent.read(FilePath("/proc/\(number)/stat")) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        // After the name: the state, then the parent.
        return text[end...].split(separator: " ").dropFirst(2).first.flatMap { Int32($0) }
    }
}

extension ProcessIdentity: CustomStringConvertible {
    /// `<number> <startTicks>`.
    public var description: String { "\(number) \(startTicks)" }
}

extension ProcessIdentity {
    /// Whether the process had been started when a file was last written, so that the file may be its work.
    ///
    /// - Parameter moment: seconds since 1970.
    public func wasRunning(at moment: Int64) -> Bool {
        guard let bytes = try? FileContent.read("/proc/stat") else { return true }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("btime ") }), let boot = Int64(line.dropFirst(6)) else {
            return true
        }
        let started = boot + Int64(startTicks / UInt64(max(1, sysconf(Int32(_SC_CLK_TCK)))))
        // The kernel rounds both numbers; a second of doubt is in favour of the process.
        return started <= moment + 1
    }
}
