import Foundation
import Synchronization
import SystemPackage

extension BackgroundProcess {
    /// The child itself: one thread starts it, waits for it and ends with it.
    ///
    /// The kernel sends the parent-death signal when the *thread* that started a child ends, so a thread of a pool must not
    /// be the one.
    final class Child: Sendable {
        private struct State {
            var status: Int32?
            var waiters: [UInt64: CheckedContinuation<Int32?, Never>] = [:]
            var nextWaiter: UInt64 = 0
        }

        let processIdentifier: Int32
        private let state = Mutex(State())

        private init(processIdentifier: Int32) { self.processIdentifier = processIdentifier }

        static func start(
            _ command: Command, streams: StandardStreams, descriptors: [FileDescriptor], coreDumps: Bool
        ) throws -> Child {
            let spawn = try Spawn(command, streams: streams, descriptors: descriptors, coreDumps: coreDumps)
            let started = DispatchSemaphore(value: 0)
            let outcome = Mutex<Result<Child, Errno>?>(nil)
            let thread = Thread {
                let result = spawn.run().map(Child.init(processIdentifier:))
                outcome.withLock { $0 = result }
                started.signal()
                if case .success(let child) = result { child.reap() }
            }
            thread.name = "child"
            thread.start()
            started.wait()
            switch outcome.withLock({ $0 }) {
            case .success(let child): return child
            case .failure(let reason): throw CommandError(command: command, status: nil, detail: "\(reason)")
            case nil: throw CommandError(command: command, status: nil, detail: "no thread could be started")
            }
        }

        var status: Int32? { state.withLock { $0.status } }

        func signal(_ number: Int32) {
            // The lock keeps the child from being reaped meanwhile, so that the number is still its own.
            state.withLock { state in
                if state.status == nil { _ = Foundation.kill(processIdentifier, number) }
            }
        }

        func exit() async -> Int32? {
            let ticket = state.withLock { state in
                state.nextWaiter += 1
                return state.nextWaiter
            }
            return await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let now: Int32?? = state.withLock { state in
                        if let status = state.status { return .some(status) }
                        if Task.isCancelled { return .some(nil) }
                        state.waiters[ticket] = continuation
                        return nil
                    }
                    if let now { continuation.resume(returning: now) }
                }
            } onCancel: {
                state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume(returning: nil)
            }
        }

        private func reap() {
            var information = siginfo_t()
            while waitid(P_PID, id_t(processIdentifier), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            let waiters = state.withLock { state in
                var raw: Int32 = 0
                while waitpid(processIdentifier, &raw, 0) < 0, errno == EINTR {}
                let signal = raw & 0x7f
                let status = signal == 0 ? (raw >> 8) & 0xff : 128 + signal
                state.status = status
                defer { state.waiters = [:] }
                return (status, Array(state.waiters.values))
            }
            for waiter in waiters.1 { waiter.resume(returning: waiters.0) }
        }
    }
}
