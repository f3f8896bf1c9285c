import VirtualMachine

/// A test that did not pass.
public struct TestFailure: Error, Sendable, CustomStringConvertible {
    /// Why, in one line.
    public let reason: String
    /// What helps to understand it: status lines, the console's tail.
    public let details: [String]

    /// A failure.
    public init(_ reason: String, details: [String] = []) {
        self.reason = reason
        self.details = details
    }

    /// One line.
    public var description: String { reason }

    /// Any error, seen as the reason why a test failed.
    init(_ error: any Error) {
        switch error {
        case let failure as TestFailure: self = failure
        case let machine as MachineError:
            self.init(
                machine.reason,
                details: machine.consoleTail.isEmpty ? [] : ["the console's last lines:"] + machine.consoleTail)
        case is CancellationError: self.init("interrupted")
        default: self.init("\(error)")
        }
    }
}
