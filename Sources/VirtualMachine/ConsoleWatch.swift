import Synchronization

/// Waits for texts on a machine's console: `Machine.launch` takes ``receive(_:)`` for its `onConsole`.
public final class ConsoleWatch: Sendable {
    private struct Waiter {
        let text: String
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var buffer = LineBuffer()
        var lines: [String] = []
        var waiters: [Int: Waiter] = [:]
        var nextTicket = 0

        /// The last line may have no end: a prompt.
        func contains(_ text: String) -> Bool {
            lines.contains { $0.contains(text) } || ConsoleText.withoutEscapes(buffer.unfinished).contains(text)
        }
    }

    /// Of a console that says more, the newest lines are kept.
    private static let limit = 20_000

    private let state = Mutex(State())

    /// A watch that has seen nothing.
    public init() {}

    /// Takes what the guest wrote.
    public func receive(_ bytes: [UInt8]) {
        let found = state.withLock { state in
            let fresh = state.buffer.append(bytes).map(ConsoleText.withoutEscapes)
            state.lines += fresh
            state.lines.removeFirst(max(0, state.lines.count - Self.limit))
            let last = fresh + [ConsoleText.withoutEscapes(state.buffer.unfinished)]
            let tickets = state.waiters.filter { waiter in last.contains { $0.contains(waiter.value.text) } }.keys
            return tickets.compactMap { state.waiters.removeValue(forKey: $0) }
        }
        for waiter in found { waiter.continuation.resume(returning: true) }
    }

    /// Waits until the guest writes a line with this text, or has done so.
    ///
    /// - Throws: `CancellationError`.
    public func line(with text: String) async throws {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        let isFound = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let result: Bool? = state.withLock { state in
                    if state.contains(text) { return true }
                    if Task.isCancelled { return false }
                    state.waiters[ticket] = Waiter(text: text, continuation: continuation)
                    return nil
                }
                if let result { continuation.resume(returning: result) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: ticket) }
            waiter?.continuation.resume(returning: false)
        }
        guard isFound else { throw CancellationError() }
    }
}
