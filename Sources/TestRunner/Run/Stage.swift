import Synchronization
import VirtualMachine

/// What a test is doing, for the message when its time is over.
final class Stage: Sendable {
    private struct State {
        var text = "starting"
        weak var machine: Machine?
    }

    private let state = Mutex(State())

    func set(_ text: String, machine: Machine? = nil) {
        state.withLock { state in
            state.text = text
            if let machine { state.machine = machine }
        }
    }

    var text: String { state.withLock { $0.text } }
    var consoleTail: [String] { state.withLock { $0.machine?.consoleTail ?? [] } }
}
