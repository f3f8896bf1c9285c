/// A machine that did not start, or that cannot go on.
public struct MachineError: Error, Sendable, CustomStringConvertible {
    /// What happened.
    public enum Kind: Sendable, Equatable {
        /// It could not be started.
        case launch
        /// A TCP port of the host could not be forwarded to the guest.
        case hostPort(Int)
        /// QEMU ended, with this status as a shell shows it.
        case exited(status: Int32)
        /// The console shows something after which a guest does not go on; the pattern's name.
        case console(pattern: String)
        /// Ignition failed in the guest.
        case ignition
        /// The guest broke the protocol of a port.
        case `protocol`
        /// SSH did not connect, or broke.
        case ssh
    }

    /// What happened.
    public let kind: Kind
    /// What happened, in words.
    public let reason: String
    /// The last lines of the console at that moment.
    public let consoleTail: [String]

    /// An error of a machine.
    public init(kind: Kind, reason: String, consoleTail: [String] = []) {
        self.kind = kind
        self.reason = reason
        self.consoleTail = consoleTail
    }

    /// One line.
    public var description: String { reason }
}
