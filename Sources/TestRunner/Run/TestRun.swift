import Foundation
import HostSystem
import SystemPackage
import VirtualMachine

/// A run of tests: from the options to the reports. `kola run` and `cosa kola run` are this and nothing else.
public struct TestRun: Sendable {
    /// What to do.
    public private(set) var options: RunOptions
    private let native: [KolaTest]
    private let tell: @Sendable (RunEvent) -> Void

    /// A run that tells its progress through `tell`, from any thread.
    ///
    /// - Parameter native: the tests besides the external ones.
    public init(
        _ options: RunOptions, native: [KolaTest] = NativeTests.all, tell: @escaping @Sendable (RunEvent) -> Void
    ) {
        self.options = options
        self.native = native
        self.tell = tell
    }

    /// What a run left.
    public struct Summary: Sendable {
        /// The results; nil where there was nothing to run because all tests are denied.
        public let report: RunReport?
        /// The results of the tests that failed and ran once more; nil where none did.
        public var rerun: RunReport?
        /// The output folder.
        public let output: FilePath

        /// How the run went: tests that passed when they ran once more count as passed.
        public var outcome: Outcome {
            guard let report else { return .pass }
            guard report.outcome == .fail, let rerun, rerun.outcome != .fail else { return report.outcome }
            return (report.results + rerun.results).contains { $0.outcome == .warn } ? .warn : .pass
        }
    }

    /// All native tests and those of the external folders, sorted by name. Of those that the command line denies, only the
    /// names are known.
    public func availableTests() throws -> [KolaTest] {
        var tests = native
        let denied = options.denied.map { Glob($0) }
        let folders =
            (options.installedTests.map { [($0, false)] } ?? []) + options.externalDirectories.map { ($0, true) }
        for (folder, isProject) in folders {
            let discovery = ExternalTestDiscovery(
                directory: folder, isProject: isProject, denied: denied, newest: options.ignitionSpec
            ) { tell(.note("warning: \($0)")) }
            tests += try discovery.tests()
        }
        var names: Set<String> = []
        for test in tests where !names.insert(test.name).inserted {
            throw TestRunnerError(test.name, "two tests have this name; rename the folder or the executable of one")
        }
        return tests.sorted { $0.name < $1.name }
    }

    /// Selects and runs the tests and writes the reports.
    ///
    /// - Throws: ``TestRunnerError`` where nothing could be run. Tests that fail are results, no errors.
    public func run() async throws -> Summary {
        let platform = options.selection.platform
        guard TestSelection.platforms.contains(platform) else {
            throw TestRunnerError(
                "--platform \(platform)",
                "tests run on the platforms \(TestSelection.platforms.joined(separator: " and ")) only")
        }
        var plan = try TestPlan(options: options, available: try availableTests(), today: Date())
        for note in plan.notes { tell(.note(note)) }
        for warning in options.appended.flatMap(\.warnings) { tell(.note("warning: \(warning)")) }
        if let problem = options.imageProblem, !plan.tests.allSatisfy(\.isLive) { throw problem }
        guard FileContent.exists(options.image) else {
            throw TestRunnerError(options.image.string, "no such disk image")
        }
        let output = try OutputDirectory(
            creating: try options.outputDirectory
                ?? OutputDirectory.defaultPath(platform: platform, workdir: options.workdir))
        guard !plan.isAllDenied else {
            tell(.note("There are no tests to run because all tests are denylisted. Output in \(output.path)"))
            return Summary(report: nil, output: output.path)
        }
        let accelerator = try await AcceleratorChoice.forMachines(given: options.accelerator)
        tell(.note("Accelerator: \(accelerator)"))
        var reports = try await run(plan, output: output, accelerator: accelerator)
        var summary = Summary(report: reports.report, output: output.path)
        let failed = Set(reports.report.results.filter { $0.outcome == .fail }.map(\.name))
        if options.rerun, !failed.isEmpty, !Task.isCancelled {
            tell(.note("\n\n======== Re-running failed tests (flake detection) ========\n\n"))
            plan.tests = plan.tests.filter { failed.contains($0.name) }
            let folder = try OutputDirectory(creating: output.path.appending("rerun"))
            reports.rerun = try await run(plan, output: folder, accelerator: accelerator).report
            summary.rerun = reports.rerun
            try reports.write()
        }
        return summary
    }

    /// Runs what is planned and writes the reports.
    private func run(
        _ plan: TestPlan, output: OutputDirectory, accelerator: AcceleratorChoice
    ) async throws -> RunReports {
        let started = Date()
        try writeProperties(to: output, accelerator: accelerator)
        tell(.planned(plan.tests.count))
        let tests = StartOrder.longestFirst(plan.tests, seconds: options.durations?.load() ?? [:])
        let results = try await FolderGuard.withFolder { folder in
            var run = self
            let rebase = try await run.rebase(in: folder)
            return try await run.run(
                tests, policy: plan.policy, output: output, temporary: folder, accelerator: accelerator, rebase: rebase)
        }
        options.durations?.remember(results)
        let report = RunReport(
            platform: options.selection.platform, version: options.system.version ?? "", results: results)
        let reports = RunReports(
            report: report, output: output, image: options.image, accelerator: "\(accelerator)", started: started,
            commandLine: options.commandLine)
        try reports.write()
        if let copy = options.tapFile { try AtomicFile.write(Array(report.tap.utf8), to: copy) }
        tell(.note("\(report.outcome == .fail ? "FAIL" : "PASS"), output in \(output.path)"))
        return reports
    }

    private func run(
        _ tests: [KolaTest], policy: RunPolicy, output: OutputDirectory, temporary: FilePath,
        accelerator: AcceleratorChoice, rebase: ContainerRebase?
    ) async throws -> [TestResult] {
        let start = ContinuousClock.now
        let key = try await SSHKey.generate(in: temporary)
        let slotCount = options.parallel.slots
        // A tenth stays free for QEMU itself and for everything else.
        let memory = (HostCapacity.availableMemory ?? .max / 2) / 10 * 9
        let machines = try MachineSource(
            tests: tests, options: options, output: output, temporary: temporary, publicKey: key.publicKey,
            accelerator: accelerator.accelerator, memory: memory, rebase: rebase)
        let slots = MachineSlots(slots: slotCount, memory: memory - machines.reservedMemory)
        return await withTaskGroup(of: TestResult.self) { group in
            var waiting = tests.map { (test: $0, demand: options.demand(of: $0)) }
            while !waiting.isEmpty {
                // Before the task, as tasks ask in any order.
                let (test, demand) = waiting.remove(at: await slots.take(firstOf: waiting.map(\.demand)))
                group.addTask {
                    let log = TestLog(test.name, policy: policy, runStart: start, sink: tell)
                    let result = await execute(
                        test, log: log, output: output, temporary: temporary, key: key, machines: machines)
                    await machines.finished(test)
                    await slots.giveBack(demand)
                    return result
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// Reads the container image that machines are moved to; they must be of its version then.
    private mutating func rebase(in folder: FilePath) async throws -> ContainerRebase? {
        guard let source = options.container else { return nil }
        let rebase = try await ContainerRebase(
            source, in: options.workdir, architecture: options.selection.architecture, folder: folder)
        tell(.note("Machines are moved to \(source) (\(rebase.target.version), commit \(rebase.target.commit))"))
        options.system.version = rebase.target.version.isEmpty ? nil : rebase.target.version
        return rebase
    }

    private func execute(
        _ test: KolaTest, log: TestLog, output: OutputDirectory, temporary: FilePath, key: SSHKey,
        machines: MachineSource
    ) async -> TestResult {
        tell(.started(test.name))
        let start = ContinuousClock.now
        var outcome = Outcome.pass
        var reason = ""
        do {
            try await TestExecution(
                test: test, options: options, output: output, temporary: temporary, key: key, source: machines,
                log: log
            ).run()
        } catch let skip as TestSkip {
            log.append(skip.description)
            (outcome, reason) = (.skip, skip.description)
        } catch {
            let failure = TestFailure(error)
            log.append(failure.reason)
            for detail in failure.details { log.append("    \(detail)") }
            outcome = log.policy.isWarned(test) ? .warn : .fail
            reason = failure.reason
        }
        if outcome == .pass, log.hasWarnings { outcome = .warn }
        let result = TestResult(
            name: test.name, outcome: outcome, duration: .now - start, output: log.text, subtests: log.subtests,
            reason: reason, timeline: log.timeline.finish())
        tell(.finished(result, isSubtest: false))
        return result
    }

    private func writeProperties(to output: OutputDirectory, accelerator: AcceleratorChoice) throws {
        let properties = RunProperties(
            cmdline: options.commandLine, platform: options.selection.platform, distro: options.selection.distro,
            arch: options.selection.architecture, image: options.image.string, version: options.system.version,
            firmware: options.firmware.rawValue, accelerator: accelerator)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(Array(try encoder.encode(properties)) + [UInt8(ascii: "\n")], to: output.properties)
    }
}

/// What `properties.json` says.
private struct RunProperties: Encodable {
    let cmdline: [String]
    let platform: String
    let distro: String
    let arch: String
    let image: String
    let version: String?
    let firmware: String
    let accelerator: AcceleratorChoice
}

extension RunOptions.Parallelism {
    /// How many tests run at the same time.
    public var slots: Int {
        switch self {
        case .count(let count): max(1, count)
        case .auto: HostCapacity.processors
        }
    }
}
