import Foundation
import HostSystem
import Synchronization
import SystemPackage

/// Runs commands in a guest over a virtio port: without a network, a login and its cryptography, which take seconds where the
/// processor is emulated.
///
/// The guest's end is a shell script (``GuestAgent``). The commands of a machine run one after the other, as root.
public final class CommandPort: Sendable {
    /// What a command left.
    public struct Result: Sendable, Equatable {
        /// Its exit status as a shell shows it.
        public let status: Int32
        /// Its standard output and error, in the order in which they came.
        public let output: [UInt8]

        /// The output as text, without the line end at its end.
        public var text: String {
            let text = String(decoding: output, as: UTF8.self)
            return text.hasSuffix("\n") ? String(text.dropLast()) : text
        }
    }

    private struct Job {
        let token: String
        let bytes: [UInt8]
        /// Nil where nobody waits any more: the guest still has to answer before the next command.
        var continuation: CheckedContinuation<Result, any Error>?
    }

    private struct State {
        var queue: [Job] = []
        var current: Job?
        var received: [UInt8] = []
        var failure: MachineError?
    }

    /// More than a command of ours says. A guest that sends more is ended.
    static let outputLimit = 64 << 20

    private let descriptor: FileDescriptor
    private let fail: @Sendable (MachineError) -> Void
    private let state = Mutex(State())
    private let writer = DispatchQueue(label: "command-port")

    /// Takes a copy of `socket` for writing; what is read from it comes through ``receive(_:)``.
    init(_ socket: FileDescriptor, fail: @escaping @Sendable (MachineError) -> Void) throws {
        descriptor = try socket.duplicate()
        self.fail = fail
    }

    deinit { try? descriptor.close() }

    /// Runs a script in the guest's `bash` once the guest is up and the commands before it have ended.
    ///
    /// - Parameter input: its standard input.
    /// - Throws: ``MachineError`` where the machine ended before the command did, `CancellationError`.
    public func capture(_ script: String, input: [UInt8] = []) async throws -> Result {
        let token = UUID().uuidString
        let script = Array(script.utf8)
        let bytes = Array("\(token) \(script.count) \(input.count)\n".utf8) + script + input
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let failure: (any Error)? = state.withLock { state in
                    if let failure = state.failure { return failure }
                    if Task.isCancelled { return CancellationError() }
                    state.queue.append(Job(token: token, bytes: bytes, continuation: continuation))
                    return nil
                }
                if let failure { continuation.resume(throwing: failure) } else { sendNext() }
            }
        } onCancel: {
            abandon(token)
        }
    }

    /// Ends the wait for a command; one that the guest has already goes on.
    private func abandon(_ token: String) {
        let waiter = state.withLock { state in
            if state.current?.token == token {
                defer { state.current?.continuation = nil }
                return state.current?.continuation
            }
            guard let index = state.queue.firstIndex(where: { $0.token == token }) else { return nil }
            return state.queue.remove(at: index).continuation
        }
        waiter?.resume(throwing: CancellationError())
    }

    /// Runs a script; any exit status but 0 is an error.
    ///
    /// - Throws: ``GuestCommandError``, ``MachineError``.
    @discardableResult
    public func run(_ script: String, input: [UInt8] = []) async throws -> String {
        let result = try await capture(script, input: input)
        guard result.status == 0 else {
            throw GuestCommandError(command: script, status: result.status, output: result.text, errors: "")
        }
        return result.text
    }

    func receive(_ bytes: [UInt8]) {
        let (finished, isMad): ((Job, Result)?, Bool) = state.withLock { state in
            state.received += bytes
            guard let job = state.current else {
                // Nothing was asked: what a guest says here is noise.
                state.received = []
                return (nil, false)
            }
            guard let result = Self.result(of: job.token, in: state.received, newest: bytes.count) else {
                return (nil, state.received.count > Self.outputLimit)
            }
            state.current = nil
            state.received = []
            return ((job, result), false)
        }
        if isMad {
            fail(
                MachineError(kind: .protocol, reason: "a command in the guest said more than \(Self.outputLimit) bytes")
            )
        }
        if let (job, result) = finished {
            job.continuation?.resume(returning: result)
            sendNext()
        }
    }

    /// Ends all waits: the machine cannot go on.
    func close(_ error: MachineError) {
        let jobs = state.withLock { state in
            state.failure = state.failure ?? error
            defer {
                state.queue = []
                state.current = nil
            }
            return (state.current.map { [$0] } ?? []) + state.queue
        }
        for job in jobs { job.continuation?.resume(throwing: error) }
    }

    /// One write at a time, on a queue that may block: a guest takes a large input as slowly as it likes.
    private func sendNext() {
        writer.async { [self] in
            let job: Job? = state.withLock { state in
                guard state.current == nil, !state.queue.isEmpty else { return nil }
                state.current = state.queue.removeFirst()
                return state.current
            }
            guard let job else { return }
            var rest = job.bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Foundation.send(descriptor.rawValue, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                if count < 0, errno == EINTR { continue }
                // QEMU has ended, which fails the command by another way.
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// The command's end is a line of its token and its status.
    static func result(of token: String, in bytes: [UInt8], newest: Int) -> Result? {
        let mark = Array("\n\(token) ".utf8)
        // The mark may have begun in what came before.
        let start = max(0, bytes.count - newest - mark.count - 4)
        guard bytes.last == UInt8(ascii: "\n"), let found = bytes[start...].firstRange(of: mark) else { return nil }
        let words = String(decoding: bytes[found.upperBound...], as: UTF8.self)
        guard let status = Int32(words.trimmingCharacters(in: .whitespacesAndNewlines)) else { return nil }
        return Result(status: status, output: Array(bytes[..<found.lowerBound]))
    }
}
