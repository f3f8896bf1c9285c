import Foundation
import HostSystem
import Synchronization
import SystemPackage

/// Ends libguestfs' virtual machine from outside: the library's own calls wait for as long as it lives.
final class GuestStop: Sendable {
    /// Where QEMU writes its process number.
    let processFile: FilePath

    /// Why the guest is to end.
    enum Reason {
        /// It did not start in time.
        case late
        /// Nobody waits for it any more.
        case cancelled
    }

    private struct State {
        var reason: Reason?
        var isStarted = false
    }

    private let state = Mutex(State())

    init(processFile: FilePath) { self.processFile = processFile }

    var isLate: Bool { state.withLock { $0.reason == .late } }
    var isCancelled: Bool { state.withLock { $0.reason == .cancelled } }

    /// Notes that it runs: it cannot be late any more.
    func noteStart() { state.withLock { $0.isStarted = true } }

    /// Ends the guest, now or as soon as it says a first word.
    func pull(_ reason: Reason) {
        state.withLock { state in
            guard state.reason == nil, !(reason == .late && state.isStarted) else { return }
            state.reason = reason
            kill()
        }
    }

    /// Ends the guest where that was asked for when it had no process yet.
    func check() {
        state.withLock { if $0.reason != nil { kill() } }
    }

    private func kill() {
        guard let bytes = try? FileContent.read(processFile),
            let number = Int32(String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)),
            // The number may be another program's by now, but not that of a child of this process.
            ProcessIdentity.parent(of: number) == getpid()
        else { return }
        Glibc.kill(number, SIGKILL)
    }
}
