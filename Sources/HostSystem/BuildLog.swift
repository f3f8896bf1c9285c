import Foundation
import SystemPackage

/// The log file of one run of a verb: every step, message and tool line, with the seconds since the start.
public final class BuildLog: Sendable {
    /// The file.
    public let path: FilePath
    private let descriptor: FileDescriptor
    private let start = ContinuousClock().now

    /// Starts the log of a verb, over that of its previous run.
    ///
    /// - Throws: `Errno` where the file cannot be made.
    public init(_ verb: String, in folder: FilePath) throws {
        try FileContent.createDirectory(folder)
        path = folder.appending("\(verb).log")
        descriptor = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .truncate, .append, .closeOnExec],
            permissions: [.ownerReadWrite, .groupRead, .otherRead])
    }

    deinit { try? descriptor.close() }

    /// The reporter whose events are written here.
    public var reporter: Reporter { Reporter { [self] event in write(event) } }

    private func write(_ event: Reporter.Event) {
        let seconds = (((ContinuousClock().now - start).seconds * 100).rounded()) / 100
        guard let text = ConsoleRenderer(.verbose).text(event) else { return }
        // One write per line: with O_APPEND, lines of different threads do not mix.
        _ = try? descriptor.writeAll("[\(seconds)] \(text)\n".utf8)
    }
}

/// A failure together with the log that tells more about it.
public struct LoggedFailure: Error, Sendable, CustomStringConvertible {
    /// What went wrong.
    public let cause: any Error
    /// The log.
    public let log: FilePath

    /// A failure that was logged.
    public init(cause: any Error, log: FilePath) {
        self.cause = cause
        self.log = log
    }

    /// The cause's own line.
    public var description: String { "\(cause)" }
}
