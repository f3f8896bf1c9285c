import Synchronization

/// One line that a guest sent on one of its ports.
public struct MachineMessage: Sendable, Equatable {
    /// The port.
    public let port: GuestPort
    /// The line, without its end.
    public let text: String

    /// The words of the line.
    public var words: [String] { text.split(separator: " ").map(String.init) }

    /// The boot that a guest says it has finished; nil for any other message, and for noise on the port.
    public var boot: String? {
        let words = words
        return port == .ready && words.count == 2 && words[0] == "ready" ? words[1] : nil
    }
}

/// What happened to a machine so far, and a place to wait for what happens next.
public final class MachineEvents: Sendable {
    private struct Waiter {
        let position: Int
        let matches: @Sendable (MachineMessage) -> Bool
        let continuation: CheckedContinuation<(position: Int, message: MachineMessage), any Error>
    }

    private struct State {
        var messages: [MachineMessage] = []
        var failure: MachineError?
        var waiters: [UInt64: Waiter] = [:]
        var failureWaiters: [UInt64: CheckedContinuation<MachineError, any Error>] = [:]
        var nextTicket: UInt64 = 0
    }

    /// More messages than any test sends: a guest that sends garbage without end fails instead of filling the memory.
    static let messageLimit = 10_000

    private let state = Mutex(State())

    init() {}

    /// How many messages came so far: a position to wait from.
    public var position: Int { state.withLock { $0.messages.count } }

    /// Why the machine cannot go on; nil while it can.
    public var failure: MachineError? { state.withLock { $0.failure } }

    /// Waits for a message at or after `position`. One that came already counts, also on a machine that failed since.
    ///
    /// - Returns: the message, and the position after it.
    /// - Throws: the ``MachineError`` that ended the machine, or `CancellationError`.
    public func message(
        from position: Int = 0, where matches: @escaping @Sendable (MachineMessage) -> Bool
    ) async throws -> (position: Int, message: MachineMessage) {
        let ticket = newTicket()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<(position: Int, message: MachineMessage), any Error>? = state.withLock { state in
                    if let index = state.messages.indices.dropFirst(position).first(where: {
                        matches(state.messages[$0])
                    }) {
                        return .success((index + 1, state.messages[index]))
                    }
                    if let failure = state.failure { return .failure(failure) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiters[ticket] = Waiter(position: position, matches: matches, continuation: continuation)
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: ticket) }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Waits until the machine cannot go on.
    ///
    /// - Throws: `CancellationError`.
    public func untilFailure() async throws -> MachineError {
        let ticket = newTicket()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<MachineError, any Error>? = state.withLock { state in
                    if let failure = state.failure { return .success(failure) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.failureWaiters[ticket] = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.failureWaiters.removeValue(forKey: ticket) }
            waiter?.resume(throwing: CancellationError())
        }
    }

    func post(_ message: MachineMessage) {
        let (ready, position, isFull) = state.withLock { state in
            guard state.messages.count < Self.messageLimit else { return ([Waiter](), 0, true) }
            let index = state.messages.count
            state.messages.append(message)
            let tickets = state.waiters.filter { $0.value.position <= index && $0.value.matches(message) }.keys
            return (tickets.compactMap { state.waiters.removeValue(forKey: $0) }, index + 1, false)
        }
        if isFull {
            fail(
                MachineError(
                    kind: .protocol, reason: "the guest sent more than \(Self.messageLimit) lines on its ports"))
        }
        for waiter in ready { waiter.continuation.resume(returning: (position, message)) }
    }

    /// Ends all waits. The first failure stays.
    func fail(_ error: MachineError) {
        let (waiters, failureWaiters) = state.withLock { state in
            guard state.failure == nil else { return ([Waiter](), [CheckedContinuation<MachineError, any Error>]()) }
            state.failure = error
            defer {
                state.waiters = [:]
                state.failureWaiters = [:]
            }
            return (Array(state.waiters.values), Array(state.failureWaiters.values))
        }
        for waiter in waiters { waiter.continuation.resume(throwing: error) }
        for waiter in failureWaiters { waiter.resume(returning: error) }
    }

    private func newTicket() -> UInt64 {
        state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
    }
}
