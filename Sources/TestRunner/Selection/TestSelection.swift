import VirtualMachine

/// Which tests a run is about.
public struct TestSelection: Sendable, Equatable {
    /// Patterns on names; empty for all.
    public var patterns: [Glob] = []
    /// Tags; `!tag` excludes.
    public var tags: [String] = []
    /// The platform.
    public var platform = "qemu"
    /// The distribution.
    public var distro = "fcos"
    /// The guest's architecture.
    public var architecture = "x86_64"
    /// Tests that need the internet are left out.
    public var noNet = false
    /// Tests that say the same on every platform run here too.
    public var runPlatformIndependent = false
    /// Tests with a required tag are there without it too: to list them.
    public var includesRequiredTags = false

    /// The platform, distribution or architecture that stands for all of them.
    public static let all = "all"

    /// The platform whose machines boot the live ISO.
    public static let isoPlatform = "qemu-iso"
    /// The platforms that tests run on here.
    public static let platforms = ["qemu", isoPlatform]

    /// All tests that run on qemu.
    public init() {}

    /// The tests of `tests` that are selected, sorted by name.
    ///
    /// - Throws: ``TestRunnerError`` where a pattern matches no test at all.
    public func select(from tests: [KolaTest]) throws -> [KolaTest] {
        for glob in patterns where !tests.contains(where: { glob.matches($0.name) }) {
            throw TestRunnerError(nil, "The user provided pattern didn't match any tests: \(glob.pattern)")
        }
        return tests.filter { isWanted($0) && fits($0) }.sorted { $0.name < $1.name }
    }

    /// Patterns that somebody typed to choose; `*` chooses nothing.
    private var isChosenByName: Bool { !patterns.isEmpty && !patterns.contains(Glob("*")) }

    /// What people are told about tests that they named and that do not run.
    func notes(about tests: [KolaTest]) -> [String] {
        guard isChosenByName, !includesRequiredTags else { return [] }
        return tests.sorted { $0.name < $1.name }.compactMap { test in
            guard let required = test.metadata.requiredTag, !required.isEmpty, !tags.contains(required),
                patterns.contains(where: { $0.matches(test.name) })
            else { return nil }
            return "⏭️  Skipping kola test \"\(test.name)\" with required tag \"\(required)\""
        }
    }

    private func isWanted(_ test: KolaTest) -> Bool {
        let included = tags.filter { !$0.hasPrefix("!") }
        let excluded = tags.filter { $0.hasPrefix("!") }.map { String($0.dropFirst()) }
        if excluded.contains(where: test.has(tag:)) { return false }
        if !includesRequiredTags, let required = test.metadata.requiredTag, !required.isEmpty,
            !included.contains(required)
        {
            return false
        }
        let tagMatches = included.contains { test.has(tag: $0) || test.metadata.requiredTag == $0 }
        if isChosenByName { return tagMatches || patterns.contains { $0.matches(test.name) } }
        return included.isEmpty || tagMatches
    }

    private func fits(_ test: KolaTest) -> Bool {
        if noNet, test.has(tag: SpecialTag.needsInternet) { return false }
        let isIndependent = test.has(tag: SpecialTag.platformIndependent) && !runPlatformIndependent
        let platforms = isIndependent ? InclusionList("qemu") : test.metadata.platforms
        return Self.fits(platform, platforms) && Self.fits(architecture, test.metadata.architectures)
            && Self.fits(distro, test.metadata.distros)
    }

    private static func fits(_ name: String, _ list: InclusionList?) -> Bool {
        name == all || list?.contains(name) ?? true
    }
}
