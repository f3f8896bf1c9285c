import Synchronization

@testable import TestRunner

/// Keeps what a run tells.
final class Notes: Sendable {
    private let state = Mutex<[String]>([])

    func add(_ event: RunEvent) { state.withLock { $0 += event.lines } }

    var lines: [String] { state.withLock { $0 } }
}
