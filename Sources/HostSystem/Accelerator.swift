/// What runs the guest's instructions.
public enum Accelerator: String, Sendable, Codable, Equatable {
    /// The processor, through `/dev/kvm`.
    case kvm
    /// QEMU's own translator.
    case tcg
}

/// Which accelerator guests get on this machine, and why.
public struct AcceleratorChoice: Sendable, Codable, Equatable {
    /// The accelerator.
    public let accelerator: Accelerator
    /// Why, for people: what was seen.
    public let reason: String

    /// A choice.
    public init(accelerator: Accelerator, reason: String) {
        self.accelerator = accelerator
        self.reason = reason
    }
}

extension AcceleratorChoice: CustomStringConvertible {
    /// One line, such as `KVM: a guest ran under it with -cpu host`.
    public var description: String { "\(accelerator.rawValue.uppercased()): \(reason)" }
}
