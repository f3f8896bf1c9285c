/// An external program that could not be started or that failed.
public struct CommandError: Error, Sendable, CustomStringConvertible {
    /// What was run.
    public let command: Command
    /// The exit status; nil where the program never started.
    public let status: Int32?
    /// Its standard error, or the reason why it did not start.
    public let detail: String

    /// Describes a failed run.
    public init(command: Command, status: Int32?, detail: String) {
        self.command = command
        self.status = status
        self.detail = detail
    }

    /// One line: the program, its status and the last lines of what it said.
    public var description: String {
        guard let status else {
            return "cannot run \(command.executable): \(detail); is it installed? `cosa doctor` lists what is missing"
        }
        let lines = detail.split(whereSeparator: \.isNewline).map { $0.trimmingPrefix(while: \.isWhitespace) }
        let tail = lines.filter { !$0.isEmpty }.suffix(3).joined(separator: "; ")
        return "\(command.executable) failed with status \(status)" + (tail.isEmpty ? "" : ": \(tail)")
    }
}
