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

    private func isWanted(_ test: KolaTest) -> Bool {
        let included = tags.filter { !$0.hasPrefix("!") }
        let excluded = tags.filter { $0.hasPrefix("!") }.map { String($0.dropFirst()) }
        if excluded.contains(where: test.has(tag:)) { return false }
        let nameMatches = patterns.contains { $0.matches(test.name) }
        let tagMatches = included.contains { test.has(tag: $0) || test.metadata.requiredTag == $0 }
        if let required = test.metadata.requiredTag, !included.contains(required) { return false }
        return switch (patterns.isEmpty, included.isEmpty) {
        case (true, true): true
        case (true, false): tagMatches
        case (false, true): nameMatches
        case (false, false): nameMatches || tagMatches
        }
    }

    private func fits(_ test: KolaTest) -> Bool {
        if noNet, test.has(tag: SpecialTag.needsInternet) { return false }
        let isIndependent = test.has(tag: SpecialTag.platformIndependent)
        let platformFits: Bool =
            if isIndependent {
                platform == "qemu" || runPlatformIndependent
            } else {
                test.metadata.platforms?.contains(platform) ?? true
            }
        return platformFits && test.metadata.architectures?.contains(architecture) ?? true
            && test.metadata.distros?.contains(distro) ?? true
    }
}
