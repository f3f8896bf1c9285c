import Foundation
import Synchronization
import SystemPackage

/// QEMU's machine protocol (QMP): commands and their answers, one JSON object in a line each.
///
/// Protocol: https://www.qemu.org/docs/master/interop/qmp-spec.html
public final class MonitorClient: Sendable {
    private struct Reply<Value: Decodable>: Decodable { let `return`: Value }
    private struct Header: Decodable {
        struct Failure: Decodable { let desc: String }
        let id: Int?
        let error: Failure?
    }
    private struct Request<Arguments: Encodable>: Encodable {
        let execute: String
        let arguments: Arguments?
        let id: Int
    }
    private struct State {
        var lines = LineBuffer(limit: 4 << 20)
        var waiting: [Int: CheckedContinuation<String, any Error>] = [:]
        var next = 0
        var isClosed = false
    }

    /// An answer that nobody looks at.
    public struct Ignored: Decodable, Sendable {
        /// Reads anything.
        public init(from decoder: any Decoder) throws {}
    }

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
        _ command: String, arguments: [String: String]? = nil, returning: Answer.Type = Ignored.self
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

    /// QEMU is gone.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    func receive(_ bytes: [UInt8]) {
        for line in state.withLock({ $0.lines.append(bytes) }) {
            guard let header = try? JSONDecoder().decode(Header.self, from: Data(line.utf8)), let id = header.id else {
                continue
            }
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: line)
        }
    }

    /// Ends all waits; QEMU is gone.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for waiter in waiting { waiter.resume(throwing: Self.closed("a command")) }
    }

    private func send(_ request: some Encodable) -> Bool {
        guard let data = try? JSONEncoder().encode(request) else { return false }
        let bytes = Array(data) + [UInt8(ascii: "\n")]
        // A QEMU that has just ended must not end this process with SIGPIPE.
        return Foundation.send(descriptor.rawValue, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    private static func closed(_ command: String) -> MachineError {
        MachineError(kind: .launch, reason: "QEMU ended before it answered \(command)")
    }
}
