/// Tells whoever listens what a long piece of work does: its steps, its messages, the lines of the tools that it runs.
///
/// A value that is handed down; who made it decides what becomes of the events.
public struct Reporter: Sendable {
    /// Something that happened.
    public enum Event: Sendable, Hashable {
        /// A step began.
        case started(String)
        /// A step ended after some seconds.
        case finished(String, seconds: Double)
        /// A step failed after some seconds; the error itself travels as an error.
        case failed(String, seconds: Double)
        /// A message for the user.
        case note(String)
        /// A line of a tool's output: for the log, and for the screen only where it is asked for.
        case output(String)
    }

    private let sink: @Sendable (Event) -> Void

    /// A reporter that hands every event to `sink`, from any thread.
    public init(_ sink: @escaping @Sendable (Event) -> Void) { self.sink = sink }

    /// A reporter that nobody listens to.
    public static let silent = Reporter { _ in }

    /// A reporter to several listeners.
    public init(_ reporters: [Reporter]) { self.init { event in reporters.forEach { $0.sink(event) } } }

    /// Runs a step, reported with the time that it took.
    public func step<Result>(
        _ name: String, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
    ) async rethrows -> Result {
        let clock = ContinuousClock()
        let start = clock.now
        sink(.started(name))
        do {
            let result = try await body()
            sink(.finished(name, seconds: (clock.now - start).seconds))
            return result
        } catch {
            sink(.failed(name, seconds: (clock.now - start).seconds))
            throw error
        }
    }

    /// Tells the user something.
    public func note(_ message: String) { sink(.note(message)) }

    /// Passes on a line of a tool; fits ``Command/run(input:onLine:)``.
    public func output(_ line: String) { sink(.output(line)) }
}

extension Duration {
    /// The duration in seconds.
    public var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
