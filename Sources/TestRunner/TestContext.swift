import Synchronization

/// What a test has at hand while it runs.
public struct TestContext: Sendable {
    /// The test.
    public let test: KolaTest
    /// Its machines, `qemu0`, `qemu1` and so on. They reach each other by these names.
    public let guests: [Guest]
    /// Its machine; the first one where it has several.
    public let guest: Guest
    /// What is known about the OS on it.
    public let system: SystemUnderTest
    let log: TestLog

    /// - Parameter guest: the first of `guests`.
    init(test: KolaTest, guest: Guest, guests: [Guest], system: SystemUnderTest, log: TestLog) {
        self.test = test
        self.guest = guest
        self.guests = guests
        self.system = system
        self.log = log
    }

    /// Adds a line to the test's output.
    public func log(_ line: String) { log.append(line) }

    /// Runs a part of the test under a name of its own. A part that fails fails the test, and the test goes on.
    ///
    /// - Throws: `CancellationError`, and the machine's end.
    public func subtest(_ name: String, _ body: @Sendable () async throws -> Void) async throws {
        try await log.part(name, of: test, isLost: { guests.contains { $0.machine.events.failure != nil } }, body)
    }
}

/// What is known about the OS that is tested.
public struct SystemUnderTest: Sendable, Equatable {
    /// Its version; nil where only an image was given.
    public var version: String?
    /// What `VARIANT_ID` in its os-release must be; nil for anything.
    public var variant: String?

    /// An OS.
    public init(version: String? = nil, variant: String? = "coreos") {
        self.version = version
        self.variant = variant
    }
}

/// The output of one test, filled from any task of it.
final class TestLog: Sendable {
    private struct State {
        var lines: [String] = []
        var subtests: [TestResult] = []
    }

    /// What the test does when.
    let timeline: TimelineRecorder
    /// How failures count.
    let policy: RunPolicy
    private let state = Mutex(State())
    private let sink: @Sendable (RunEvent) -> Void

    /// - Parameter runStart: when the run started, which the timeline counts from.
    init(
        _ test: String = "", policy: RunPolicy = RunPolicy(), runStart: ContinuousClock.Instant = .now,
        sink: @escaping @Sendable (RunEvent) -> Void
    ) {
        self.policy = policy
        self.sink = sink
        timeline = TimelineRecorder(origin: runStart) { sink(.entered($0, test: test)) }
    }

    func append(_ line: String) { state.withLock { $0.lines.append(line) } }

    /// Runs a part of the test, unless it is denied, and keeps its result.
    ///
    /// - Parameter isLost: whether the machine cannot go on, so that no other part can run.
    /// - Throws: what `body` throws, where the test cannot go on.
    func part(
        _ name: String, of test: KolaTest, isLost: () -> Bool, _ body: @Sendable () async throws -> Void
    ) async throws {
        let fullName = "\(test.name)/\(name)"
        sink(.started(fullName))
        guard !policy.isDenied(test, part: name) else {
            return end(TestResult(name: fullName, outcome: .skip, duration: .zero, output: "on the denylist"))
        }
        let start = ContinuousClock.now
        do {
            try await body()
            end(TestResult(name: fullName, outcome: .pass, duration: .now - start, output: ""))
        } catch {
            let failure = TestFailure(error)
            end(
                TestResult(
                    name: fullName, outcome: policy.isWarned(test, part: name) ? .warn : .fail,
                    duration: .now - start, output: ([failure.reason] + failure.details).joined(separator: "\n"),
                    reason: failure.reason))
            if Task.isCancelled || isLost() { throw error }
        }
    }

    private func end(_ part: TestResult) {
        state.withLock { $0.subtests.append(part) }
        sink(.finished(part, isSubtest: true))
    }

    var text: String { state.withLock { $0.lines.joined(separator: "\n") } }
    var subtests: [TestResult] { state.withLock { $0.subtests } }
    var failedSubtests: [TestResult] { subtests.filter { $0.outcome == .fail } }
    var hasWarnings: Bool { subtests.contains { $0.outcome == .warn } }
}
