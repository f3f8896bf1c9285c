import HostSystem
import Synchronization
import SystemPackage
import VirtualMachine

/// A machine whose test failed, kept for somebody who wants to look at it.
public struct FailedMachine: Sendable {
    /// The test.
    public let test: String
    /// Why it failed.
    public let reason: String
    /// `ssh -F` takes this.
    public let configuration: FilePath
    /// The machine's name in it.
    public let host: String
}

/// Keeps the machines of a test that failed beyond the test's limit of time, where a run has somebody who looks at them.
final class FailureHold: Sendable {
    private let look: (@Sendable (FailedMachine) async -> Void)?
    private let held = Mutex<TestMachines?>(nil)

    /// - Parameter look: shows a machine to somebody; nil where nobody is there.
    init(_ look: (@Sendable (FailedMachine) async -> Void)?) { self.look = look }

    /// Takes the machines of a test that has failed. They end at once where nobody looks at them, or one cannot go on.
    func take(_ machines: TestMachines) async {
        guard look != nil, machines.machines.allSatisfy({ $0.events.failure == nil }) else {
            return await machines.end()
        }
        held.withLock { $0 = machines }
    }

    /// Shows the first machine, unless the run is interrupted, and ends all.
    func show(_ test: KolaTest, _ error: any Error) async {
        guard let kept = held.withLock({ $0 }) else { return }
        if !Task.isCancelled, let first = kept.machines.first {
            await look?(
                FailedMachine(
                    test: test.name, reason: TestFailure(error).reason, configuration: kept.configuration,
                    host: first.identifier))
        }
        await kept.end()
        held.withLock { $0 = nil }
    }
}
