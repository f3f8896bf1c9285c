import Foundation
import Synchronization
import SystemPackage

/// QEMU's machine protocol (QMP): commands and their answers, and events, one JSON object in a line each.
///
/// Protocol: https://www.qemu.org/docs/master/interop/qmp-spec.html
public final class MonitorClient: Sendable {
    private struct Reply<Value: Decodable>: Decodable { let `return`: Value }
    private struct Header: Decodable {
        struct Failure: Decodable { let desc: String }
        let id: Int?
        let error: Failure?
        let event: String?
        let data: MonitorEvent.Content?
    }
    private struct Request: Encodable {
        enum Key: CodingKey { case execute, arguments, id }

        let execute: String
        let arguments: (any Encodable)?
        let id: Int

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(execute, forKey: .execute)
            if let arguments { try container.encode(arguments, forKey: .arguments) }
            try container.encode(id, forKey: .id)
        }
    }
    private struct Waiter {
        let matches: @Sendable (MonitorEvent) -> Bool
        let continuation: CheckedContinuation<MonitorEvent, any Error>
    }
    private struct State {
        var lines = LineBuffer(limit: 4 << 20)
        var waiting: [Int: CheckedContinuation<String, any Error>] = [:]
        var next = 0
        var events: [MonitorEvent] = []
        var eventWaiters: [Int: Waiter] = [:]
        var isClosed = false
    }

    /// An answer that nobody looks at.
    public struct Ignored: Decodable, Sendable {
        /// Reads anything.
        public init(from decoder: any Decoder) throws {}
    }

    /// Events that nobody waited for are kept up to this number, the newest ones.
    private static let eventLimit = 256

    private let descriptor: FileDescriptor
    private let state = Mutex(State())

    /// Takes a copy of `socket` for writing; what is read from it comes through ``receive(_:)``.
    init(_ socket: FileDescriptor) throws { descriptor = try socket.duplicate() }

    deinit { try? descriptor.close() }

    /// Sends a command and waits for its answer.
    ///
    /// - Throws: ``MachineError`` with QEMU's own message, or where QEMU ended before it answered.
    @discardableResult
    public func execute<Answer: Decodable & Sendable>(
        _ command: String, arguments: (any Encodable & Sendable)? = nil, returning: Answer.Type = Ignored.self
    ) async throws -> Answer {
        let line = try await withCheckedThrowingContinuation { continuation in
            let number: Int? = state.withLock { state in
                guard !state.isClosed else { return nil }
                state.next += 1
                state.waiting[state.next] = continuation
                return state.next
            }
            guard let number else { return continuation.resume(throwing: Self.closed(command)) }
            guard send(Request(execute: command, arguments: arguments, id: number)) else {
                // The reader may learn of QEMU's end a little later than the writer.
                let waiter = state.withLock { state in
                    state.isClosed = true
                    return state.waiting.removeValue(forKey: number)
                }
                waiter?.resume(throwing: Self.closed(command))
                return
            }
        }
        let data = Data(line.utf8)
        if let failure = try JSONDecoder().decode(Header.self, from: data).error {
            throw MachineError(kind: .launch, reason: "QEMU refused \(command): \(failure.desc)")
        }
        return try JSONDecoder().decode(Reply<Answer>.self, from: data).return
    }

    /// Waits for an event; one that came already, and that nobody waited for, counts once.
    ///
    /// - Throws: ``MachineError`` where QEMU ended before it came, or `CancellationError`.
    func event(where matches: @escaping @Sendable (MonitorEvent) -> Bool) async throws -> MonitorEvent {
        let ticket = state.withLock { state in
            state.next += 1
            return state.next
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<MonitorEvent, any Error>? = state.withLock { state in
                    if let index = state.events.firstIndex(where: matches) {
                        return .success(state.events.remove(at: index))
                    }
                    if state.isClosed { return .failure(Self.closed("what it was asked")) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.eventWaiters[ticket] = Waiter(matches: matches, continuation: continuation)
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.eventWaiters.removeValue(forKey: ticket) }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    /// QEMU is gone.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    func receive(_ bytes: [UInt8]) {
        for line in state.withLock({ $0.lines.append(bytes) }) {
            guard let header = try? JSONDecoder().decode(Header.self, from: Data(line.utf8)) else { continue }
            if let name = header.event {
                receive(MonitorEvent(name: name, content: header.data ?? MonitorEvent.Content(status: nil)))
            } else if let id = header.id {
                state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: line)
            }
        }
    }

    private func receive(_ event: MonitorEvent) {
        let matched = state.withLock { state in
            let tickets = state.eventWaiters.filter { $0.value.matches(event) }.keys
            if tickets.isEmpty {
                state.events.append(event)
                state.events.removeFirst(max(0, state.events.count - Self.eventLimit))
            }
            return tickets.compactMap { state.eventWaiters.removeValue(forKey: $0) }
        }
        for waiter in matched { waiter.continuation.resume(returning: event) }
    }

    /// Ends all waits; QEMU is gone.
    func close() {
        let (waiting, eventWaiters) = state.withLock { state in
            state.isClosed = true
            defer {
                state.waiting = [:]
                state.eventWaiters = [:]
            }
            return (Array(state.waiting.values), Array(state.eventWaiters.values))
        }
        for waiter in waiting { waiter.resume(throwing: Self.closed("a command")) }
        for waiter in eventWaiters { waiter.continuation.resume(throwing: Self.closed("what it was asked")) }
    }

    private func send(_ request: Request) -> Bool {
        guard let data = try? JSONEncoder().encode(request) else { return false }
        let bytes = Array(data) + [UInt8(ascii: "\n")]
        // A QEMU that has just ended must not end this process with SIGPIPE.
        return Foundation.send(descriptor.rawValue, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    private static func closed(_ command: String) -> MachineError {
        MachineError(kind: .launch, reason: "QEMU ended before it answered \(command)")
    }
}

/// Something that QEMU tells unasked.
struct MonitorEvent: Sendable, Equatable {
    /// What events carry, as far as it is used here.
    struct Content: Sendable, Equatable, Decodable {
        /// Of `MIGRATION`: how far it is.
        let status: String?
    }

    /// Its name, such as `RESUME`.
    let name: String
    /// What it carries.
    let content: Content
}
