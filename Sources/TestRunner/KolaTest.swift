import Ignition
import VirtualMachine

/// A test: what it is called, what it needs, and what it does.
public struct KolaTest: Sendable {
    /// What a test does on its machine.
    public enum Body: Sendable {
        /// A native test.
        case native(@Sendable (TestContext) async throws -> Void)
        /// An executable that runs in the guest.
        case external(ExternalTest)
        /// Boots, and perhaps installs, a build's live images.
        case live(LiveScenario)
    }

    /// Its name, such as `basic.uefi` or `ext.config.files.motd`; a copy of a test has a number after it.
    public private(set) var name: String
    /// Its name without that number: the one that patterns are about.
    public let declaredName: String
    /// What it says about itself.
    public var metadata: TestMetadata
    /// The firmware of its machine; nil for that of the run.
    public var firmware: MachineDescription.Firmware?
    /// How many machines it has; several share a network (``NetworkSegment``).
    public let machineCount: Int
    /// What its machine is provisioned with besides what every machine is.
    public var ignition: IgnitionConfig?
    /// Why it cannot run, where it can only be listed: its config is not one that the guest takes.
    public var problem: String?
    /// Why nothing runs where it is among the tests: a mistake in its project that is not to be overlooked.
    var projectError: TestRunnerError?
    /// What it does.
    public let body: Body

    /// A test.
    public init(
        name: String, metadata: TestMetadata = TestMetadata(), firmware: MachineDescription.Firmware? = nil,
        machineCount: Int = 1, ignition: IgnitionConfig? = nil, problem: String? = nil, body: Body
    ) {
        self.name = name
        declaredName = name
        self.metadata = metadata
        self.firmware = firmware
        self.machineCount = machineCount
        self.ignition = ignition
        self.problem = problem
        self.body = body
    }

    /// Whether it has `tag`.
    public func has(tag: String) -> Bool {
        metadata.tags.contains(tag) || tag == SpecialTag.external && isExternal
    }

    /// `count` copies of it, `NAME0`, `NAME1`…; itself where one is enough (`--multiply`).
    public func copies(_ count: Int) -> [KolaTest] {
        guard count > 1 else { return [self] }
        return (0..<count).map { number in
            var copy = self
            copy.name = "\(name)\(number)"
            return copy
        }
    }
}

extension KolaTest {
    /// Whether it is an executable of a project, and no part of kola.
    public var isExternal: Bool { if case .external = body { true } else { false } }

    /// Whether it makes its machine from a build's live images.
    var isLive: Bool { if case .live = body { true } else { false } }
}
