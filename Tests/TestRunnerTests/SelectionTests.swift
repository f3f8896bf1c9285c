import HostSystem
import Testing

@testable import TestRunner

@Suite struct SelectionTests {
    private static func test(_ name: String, _ change: (inout TestMetadata) -> Void = { _ in }) -> KolaTest {
        var metadata = TestMetadata()
        change(&metadata)
        return KolaTest(name: name, metadata: metadata, body: .native { _ in })
    }

    private let tests = [
        test("basic"), test("basic.uefi"), test("net") { $0.tags = ["needs-internet", "slow"] },
        test("once") { $0.requiredTag = "special" }, test("arm") { $0.architectures = InclusionList("aarch64") },
        test("aws") { $0.platforms = InclusionList("aws") },
        test("anywhere") {
            $0.tags = ["platform-independent"]
            $0.platforms = InclusionList("aws")
        },
        test("rhcos") { $0.distros = InclusionList("rhcos") },
    ]

    private func names(_ change: (inout TestSelection) -> Void) throws -> [String] {
        var selection = TestSelection()
        change(&selection)
        return try selection.select(from: tests).map(\.name)
    }

    @Test func withoutPatternsAllThatFitAreRun() throws {
        #expect(try names { _ in } == ["anywhere", "basic", "basic.uefi", "net"])
    }

    @Test func patternsAreGlobs() throws {
        #expect(try names { $0.patterns = [Glob("basic*")] } == ["basic", "basic.uefi"])
        #expect(try names { $0.patterns = [Glob("basic"), Glob("n?t")] } == ["basic", "net"])
        #expect(Glob("a*").matches("ab") && !Glob("a*").matches("a/b"))
    }

    @Test func patternThatMatchesNothingIsAnError() throws {
        let error = try #require(throws: TestRunnerError.self) {
            try names { $0.patterns = [Glob("basic"), Glob("x*")] }
        }
        #expect(error.description == "The user provided pattern didn't match any tests: x*")
    }

    @Test func tagsIncludeAndExclude() throws {
        #expect(try names { $0.tags = ["slow"] } == ["net"])
        #expect(try names { $0.tags = ["!slow"] } == ["anywhere", "basic", "basic.uefi"])
        #expect(
            try names {
                $0.tags = ["slow"]; $0.patterns = [Glob("basic")]
            } == ["basic", "net"])
    }

    @Test func requiredTagMustBeNamed() throws {
        #expect(try names { $0.patterns = [Glob("once")] } == [])
        #expect(try names { $0.tags = ["special"] } == ["once"])
        #expect(try names { $0.includesRequiredTags = true }.contains("once"))
    }

    @Test func testThatIsNamedWithoutItsRequiredTagIsTold() {
        var selection = TestSelection()
        #expect(selection.notes(about: tests).isEmpty)
        selection.patterns = [Glob("on*")]
        #expect(selection.notes(about: tests) == ["⏭️  Skipping kola test \"once\" with required tag \"special\""])
        selection.tags = ["special"]
        #expect(selection.notes(about: tests).isEmpty)
    }

    @Test func aStarChoosesNothing() throws {
        #expect(
            try names {
                $0.patterns = [Glob("*")]; $0.tags = ["slow"]
            } == ["net"])
    }

    @Test func allStandsForEveryPlatformDistributionAndArchitecture() throws {
        let listed = try names {
            ($0.platform, $0.distro, $0.architecture) = ("all", "all", "all")
            $0.includesRequiredTags = true
        }
        #expect(listed.count == tests.count)
    }

    @Test func exactPatternMatchesItsNameOnly() {
        #expect(Glob(exactly: "a[1]*\\").matches("a[1]*\\"))
        #expect(!Glob(exactly: "a*").matches("ab"))
    }

    @Test func platformArchitectureDistributionAndNetworkDecide() throws {
        #expect(
            try names {
                $0.architecture = "aarch64"; $0.noNet = true
            } == ["anywhere", "arm", "basic", "basic.uefi"])
        #expect(try names { $0.distro = "rhcos" }.contains("rhcos"))
        #expect(try names { $0.platform = "aws" } == ["aws", "basic", "basic.uefi", "net"])
        #expect(
            try names {
                $0.platform = "aws"; $0.runPlatformIndependent = true
            }.contains("anywhere"))
    }
}

@Suite struct DenylistTests {
    private let situation = Denylist.Situation(
        architecture: "x86_64", stream: "stable", platform: "qemu", today: "2026-06-01")

    private func load(_ text: String) throws -> Denylist {
        let folder = try TemporaryFolder(prefix: "denylist")
        defer { folder.remove() }
        let path = folder.path.appending("kola-denylist.yaml")
        try AtomicFile.write(Array(text.utf8), to: path)
        return try Denylist.load(path)
    }

    @Test func entriesHoldWhereTheySay() throws {
        let verdict = try load(
            """
            - pattern: a*
              tracker: https://example.com/1
            - pattern: b
              arches: [ppc64le]
            - pattern: c
              streams: [stable, next]
              platforms: [qemu]
            - pattern: d
              streams: [rawhide]
            """
        ).verdict(in: situation)
        #expect(verdict.denied == [Glob("a*"), Glob("c")])
        #expect(
            verdict.notes == [
                "⏭️  Skipping kola test pattern \"a*\":", "  👉 https://example.com/1",
                "⏭️  Skipping kola test pattern \"c\":",
            ])
    }

    @Test func snoozeEndsOnItsDay() throws {
        let verdict = try load(
            """
            - pattern: later
              snooze: 2026-06-02
            - pattern: now
              snooze: 2026-06-01
            - pattern: warned
              snooze: 2026-05-01
              warn: true
            - pattern: known
              warn: true
            """
        ).verdict(in: situation)
        #expect(verdict.denied == [Glob("later")])
        #expect(verdict.warned == [Glob("warned"), Glob("known")])
        #expect(verdict.notes.first == "🕒  Snoozing kola test pattern \"later\" until Jun 02 2026")
        #expect(
            verdict.notes.dropFirst() == [
                "⏰ Snooze for kola test pattern \"now\" expired on Jun 01 2026",
                "⏰ Snooze for kola test pattern \"warned\" expired on May 01 2026",
                "⚠️  Will warn on failure for kola test pattern \"warned\":",
                "⚠️  Will warn on failure for kola test pattern \"known\":",
            ])
    }

    @Test func consoleWarningsAreASwitch() throws {
        let verdict = try load("- pattern: skip-console-warnings\n  warn: true\n").verdict(in: situation)
        #expect(verdict == Denylist.Verdict(consoleFindingsWarn: true))
        let other = try load("- pattern: skip-console-warnings\n  platforms: [aws]\n").verdict(in: situation)
        #expect(!other.consoleFindingsWarn)
    }

    @Test func entriesOfStreamsNeedToKnowTheStream() throws {
        var unknown = situation
        unknown.stream = nil
        let verdict = try load("- pattern: a\n  streams: [stable]\n- pattern: b\n").verdict(in: unknown)
        #expect(verdict.denied == [Glob("b")])
        #expect(
            verdict.notes.first
                == "warning: Stream could not be determined from '--denylist-stream' or meta.json. "
                + "Stream-scoped denylist entries will not be applied (tests will not be skipped).")
    }

    @Test(arguments: [
        ("snooze: soon", "snooze", "a date, YYYY-MM-DD"), ("warn: maybe", "warn", "true or false"),
        ("arches: x86_64", "arches", "a list of names"),
    ])
    func wrongValueNamesFileEntryAndKey(line: String, key: String, expected: String) throws {
        let error = try #require(throws: TestRunnerError.self) { try load("- pattern: a\n  \(line)\n") }
        #expect(
            error.description.hasSuffix("kola-denylist.yaml: the key \"\(key)\" of entry \"a\" must be \(expected)"))
    }

    @Test func unknownKeyNamesTheFile() throws {
        let error = try #require(throws: TestRunnerError.self) { try load("- pattern: a\n  osversion: [1]\n") }
        #expect(error.description.hasSuffix("kola-denylist.yaml: entry \"a\" has an unknown key \"osversion\""))
    }
}
