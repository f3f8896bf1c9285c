import Foundation
import HostSystem
import SystemPackage
import Testing
import VirtualMachine

@testable import TestRunner

@Suite struct TestPlanTests {
    private static func test(_ name: String, _ change: (inout TestMetadata) -> Void = { _ in }) -> KolaTest {
        var metadata = TestMetadata()
        change(&metadata)
        return KolaTest(name: name, metadata: metadata, body: .native { _ in })
    }

    private func plan(_ tests: [KolaTest], _ change: (inout RunOptions) -> Void = { _ in }) throws -> TestPlan {
        var options = RunOptions(image: "")
        change(&options)
        let today = try Date("2026-06-15T12:00:00Z", strategy: .iso8601)
        return try TestPlan(options: options, available: tests, today: today)
    }

    @Test func shardsAreThoseOfGosFNV() throws {
        // fnv.New64 of Go: FNV-1, not FNV-1a.
        #expect(Shard.hash("") == 0xcbf2_9ce4_8422_2325)
        #expect(Shard.hash("a") == 0xaf63_bd4c_8601_b7be)
        #expect(Shard.hash("abc") == 0xd8dc_ca18_6baf_adcb)
        let names = (0..<100).map { "ext.config.test-\($0)" }
        let parts = try (1...3).map { number in
            let shard = try Shard("hash:\(number)/3")
            return names.filter(shard.contains)
        }
        #expect(parts.flatMap { $0 }.sorted() == names.sorted())
        #expect(parts.allSatisfy { $0.count > 20 })
    }

    @Test(arguments: [
        ("3", "invalid sharding syntax: 3; write hash:m/n"),
        ("hash:1", "invalid sharding syntax: hash:1; write hash:m/n"),
        ("hash:a/2", "invalid sharding syntax: hash:a/2; write hash:m/n"),
        ("hash:0/2", "invalid sharding in 'hash:0/2': 1 <= m <= n must hold"),
        ("hash:3/2", "invalid sharding in 'hash:3/2': 1 <= m <= n must hold"),
    ])
    func shardThatIsNoneIsAnError(text: String, message: String) throws {
        let error = try #require(throws: TestRunnerError.self) { try Shard(text) }
        #expect(error.description == message)
    }

    @Test func copiesHaveNumbersAndAreShardedByTheirOwnNames() throws {
        let tests = [Self.test("a"), Self.test("b")]
        #expect(try plan(tests) { $0.multiply = 2 }.tests.map(\.name) == ["a0", "a1", "b0", "b1"])
        #expect(try plan(tests) { $0.multiply = 1 }.tests.map(\.name) == ["a", "b"])
        let shards = try (1...2).map { number in
            let shard = try Shard("hash:\(number)/2")
            return try plan(tests) {
                $0.multiply = 4
                $0.shard = shard
            }.tests.map(\.name)
        }
        #expect(Set(shards[0]).isDisjoint(with: shards[1]))
        #expect(shards[0].count + shards[1].count == 8)
    }

    @Test func failuresOfNewTestsAreWarnings() throws {
        let tests = [
            Self.test("new") { $0.creationDate = "2026-05-17" }, Self.test("old") { $0.creationDate = "2026-05-16" },
        ]
        let plan = try plan(tests) { $0.multiply = 2 }
        #expect(
            plan.notes == [
                "⏳ Kola test \"new\" is in grace period (created: 2026-05-17, expires: 2026-06-16), "
                    + "failures will be warnings."
            ])
        #expect(plan.tests.map { plan.policy.isWarned($0) } == [true, true, false, false])
    }

    @Test func deniedTestsGoAndDeniedPartsAreLeftToTheirTest() throws {
        let tests = [Self.test("basic"), Self.test("other")]
        let plan = try plan(tests) { $0.denied = ["oth*", "basic/Reb*"] }
        #expect(plan.tests.map(\.name) == ["basic"])
        #expect(!plan.isAllDenied)
        #expect(plan.policy.isDenied(plan.tests[0], part: "Reboot"))
        #expect(!plan.policy.isDenied(plan.tests[0], part: "Version"))
        #expect(try self.plan(tests) { $0.denied = ["*"] }.isAllDenied)
    }

    @Test func noTestForThePlatformIsAnError() throws {
        let error = try #require(throws: TestRunnerError.self) {
            try plan([Self.test("a") { $0.architectures = InclusionList("s390x") }])
        }
        #expect(
            error.description == "There are no matching tests to run on this architecture/platform: x86_64 qemu")
    }

    @Test func aDeniedPartIsSkippedAndAWarnedOneWarns() {
        let test = Self.test("basic")
        let policy = RunPolicy(denied: [Glob("basic/A")], warned: [Glob("basic/B")])
        #expect(policy.isDenied(test, part: "A") && !policy.isDenied(test) && !policy.isWarned(test))
        #expect(policy.isWarned(test, part: "B"))
    }

    @Test func partsRunAsTheDenylistSays() async throws {
        let test = Self.test("basic")
        let log = TestLog("basic", policy: RunPolicy(denied: [Glob("basic/A")], warned: [Glob("basic/B")])) { _ in }
        for part in ["A", "B", "C"] {
            try await log.part(part, of: test, isLost: { false }) { throw TestFailure("why") }
        }
        #expect(log.subtests.map(\.name) == ["basic/A", "basic/B", "basic/C"])
        #expect(log.subtests.map(\.outcome) == [.skip, .warn, .fail])
        #expect(log.failedSubtests.map(\.name) == ["basic/C"])
        await #expect(throws: TestFailure.self) {
            try await log.part("D", of: test, isLost: { true }) { throw TestFailure("the machine is gone") }
        }
    }

    @Test func consolesFailNoTestWhereTheDenylistSaysSo() throws {
        let folder = try TemporaryFolder(prefix: "console")
        defer { folder.remove() }
        let files = MachineFiles(output: folder.path, temporary: folder.path)
        try AtomicFile.write(Array("fine\nOops: 0002\n".utf8), to: files.console)
        #expect(throws: TestFailure.self) { try LogChecks.run(files, log: TestLog { _ in }) }
        let log = TestLog(policy: RunPolicy(consoleFindingsWarn: true)) { _ in }
        try LogChecks.run(files, log: log)
        #expect(
            log.text
                == "warning: console: kernel oops (the kernel touched memory that it must not touch), line 2: Oops: 0002"
        )
    }

    @Test func daysAreChecked() throws {
        #expect(CalendarDay("2026-02-29") == nil)
        #expect(CalendarDay("2026-2-1") == nil)
        let day = try #require(CalendarDay("2024-02-28"))
        #expect(day.adding(days: 2).description == "2024-03-01")
        #expect(day.spelledOut == "Feb 28 2024")
    }
}

@Suite struct StartOrderTests {
    private static func test(_ name: String, minutes: Int? = nil) -> KolaTest {
        var metadata = TestMetadata()
        metadata.timeoutMin = minutes
        return KolaTest(name: name, metadata: metadata, body: .native { _ in })
    }

    @Test func unknownTestsAndThenTheLongestComeFirst() {
        let tests = [
            Self.test("quick"), Self.test("slow"), Self.test("new"), Self.test("patient", minutes: 60),
            Self.test("same"),
        ]
        let order = StartOrder.longestFirst(tests, seconds: ["quick": 1, "slow": 90, "same": 1])
        #expect(order.map(\.name) == ["patient", "new", "slow", "quick", "same"])
        let copies = Self.test("slow").copies(2) + [Self.test("quick")]
        #expect(
            StartOrder.longestFirst(copies.reversed(), seconds: ["quick": 1, "slow": 90]).map(\.name)
                == ["slow0", "slow1", "quick"])
    }

    @Test func durationsAreRememberedFromRunToRun() throws {
        let folder = try TemporaryFolder(prefix: "durations")
        defer { folder.remove() }
        let store = DurationStore(path: folder.path.appending("new/kola-durations.json"))
        #expect(store.load().isEmpty)
        let result = { (name: String, outcome: Outcome, seconds: Double) in
            TestResult(name: name, outcome: outcome, duration: .seconds(seconds), output: "")
        }
        store.remember([result("a", .pass, 2.5), result("b", .fail, 9), result("c", .skip, 1)])
        #expect(store.load() == ["a": 2.5, "b": 9])
        // A failure ends early: what is known from a pass stays.
        store.remember([result("a", .fail, 0.1), result("b", .pass, 4)])
        #expect(store.load() == ["a": 2.5, "b": 4])
        try AtomicFile.write(Array("{".utf8), to: store.path)
        #expect(store.load().isEmpty)
    }

    @Test func theStoreIsInTheWorkingDirectoryOrTheUsersCache() throws {
        let folder = try TemporaryFolder(prefix: "durations")
        defer { folder.remove() }
        let home = ["HOME": "/home/u"]
        #expect(
            DurationStore.standard(workdir: folder.path, environment: home)?.path
                == "/home/u/.cache/coreos-swift/kola-durations.json")
        try FileContent.createDirectory(folder.path.appending("cache"))
        try FileContent.createDirectory(folder.path.appending("builds"))
        #expect(
            DurationStore.standard(workdir: folder.path, environment: home)?.path
                == folder.path.appending("cache/kola-durations.json"))
    }
}
