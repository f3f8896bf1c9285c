/// A failure reported by libguestfs, with the operation that was tried.
public struct GuestfsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was being done, in words that fit after "cannot".
    public let operation: String
    /// The library's message, one line.
    public let message: String
    /// What the programs that the library runs, and the guest, said last; empty where they said nothing.
    public let output: [String]

    /// `cannot <operation>: <the library's message>`, with the last line that a program said.
    public var description: String {
        "cannot \(operation): \(message)" + (output.last.map { ": \($0)" } ?? "")
    }
}
