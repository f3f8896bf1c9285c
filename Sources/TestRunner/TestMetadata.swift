/// What a test says about itself: the keys of kola's `## kola:` header, of its `# kola:` JSON line and of `kola.json`.
public struct TestMetadata: Sendable, Equatable, Codable {
    /// Where the test runs: `x86_64 aarch64`, or all but those after a leading `!`.
    public var architectures: InclusionList?
    /// On which platforms it runs.
    public var platforms: InclusionList?
    /// On which distributions it runs.
    public var distros: InclusionList?
    /// Words to select it by; some have a meaning of their own (``SpecialTag``).
    public var tags: [String] = []
    /// The test runs only where `--tag` names this.
    public var requiredTag: String?
    /// More disks, `SIZE[:option…]`.
    public var additionalDisks: [String] = []
    /// Options of the primary disk.
    public var primaryDisk: String?
    /// The machine gets the build's OCI archive.
    public var injectContainer: Bool?
    /// Memory in MiB that the machine has at least.
    public var minMemory: Int?
    /// Size of the primary disk in GiB, at least.
    public var minDisk: Int?
    /// Two NUMA nodes.
    public var numaNodes: Bool?
    /// More network cards.
    public var additionalNics: Int?
    /// Kernel arguments of every boot.
    public var appendKernelArgs: String?
    /// Kernel arguments of the first boot.
    public var appendFirstbootKernelArgs: String?
    /// The test has a machine of its own (the default), or may share one.
    public var exclusive: Bool?
    /// The limit of the test in minutes.
    public var timeoutMin: Int?
    /// Tests that must not share a machine with it.
    public var conflicts: [String] = []
    /// Warnings about its config do not fail it.
    public var allowConfigWarnings: Bool?
    /// A cloud machine without a role.
    public var noInstanceCreds: Bool?
    /// A cloud machine's type.
    public var instanceType: String?
    /// One line for people.
    public var description: String?
    /// Folders of the host that the guest sees read-only, `host,guest`.
    public var bindMountHostRO: [String] = []
    /// The day from which on it is known, `YYYY-MM-DD`: failures within 30 days are warnings.
    public var creationDate: String?
    /// Boot the live ISO instead of the disk.
    public var bootFrom: String?
    /// TCP ports of the host that it needs.
    public var requiredHostPorts: [Int] = []

    enum CodingKeys: String, CodingKey, CaseIterable {
        case architectures, platforms, distros, tags, requiredTag, additionalDisks, primaryDisk, injectContainer
        case minMemory, minDisk, numaNodes, additionalNics, appendKernelArgs, appendFirstbootKernelArgs, exclusive
        case timeoutMin, conflicts, allowConfigWarnings, noInstanceCreds, instanceType, description, bindMountHostRO
        case creationDate, bootFrom, requiredHostPorts
    }

    /// The metadata of a test that says nothing.
    public init() {}
}

/// A list of names that are meant, or of those that are not.
public struct InclusionList: Sendable, Equatable, Codable {
    /// The names.
    public let names: [String]
    /// The names are those that are not meant.
    public let isExclusion: Bool

    /// Reads `a b` or `!a b`.
    public init(_ text: String) {
        isExclusion = text.hasPrefix("!")
        names = text.drop { $0 == "!" }.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    /// Whether `name` is meant. A list without names is no restriction.
    public func contains(_ name: String) -> Bool { names.isEmpty || names.contains(name) != isExclusion }
}

/// Tags that change how a test runs.
public enum SpecialTag {
    /// The guest reaches the internet.
    public static let needsInternet = "needs-internet"
    /// The test says the same on every platform: it runs on qemu only.
    public static let platformIndependent = "platform-independent"
    /// No check of console, journal and units after the test.
    public static let skipBaseChecks = "skip-base-checks"
    /// The OS must be signed for Secure Boot; kola's own tests with it run only where it is asked for.
    public static let secureBoot = "secure-boot"
    /// Every external test has it, without saying so.
    public static let external = "external"
}
