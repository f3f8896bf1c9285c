import Foundation
import HostSystem
import SystemPackage
import VirtualMachine

/// A run of tests: from the options to the reports. `kola run` and `cosa kola run` are this and nothing else.
public struct TestRun: Sendable {
    /// What to do.
    public let options: RunOptions
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
        /// The output folder.
        public let output: FilePath
    }

    /// All native tests and those of the external folders, without the denied ones, sorted by name.
    public func availableTests() throws -> [KolaTest] {
        var tests = native
        for directory in options.externalDirectories {
            tests += try ExternalTestDiscovery(directory: directory) { tell(.note("warning: \($0)")) }.tests()
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
        guard platform == "qemu" else {
            throw TestRunnerError("--platform \(platform)", "tests run on the platform qemu only")
        }
        let selected = try options.selection.select(from: try availableTests())
        guard !selected.isEmpty else {
            throw TestRunnerError(
                nil,
                "There are no matching tests to run on this architecture/platform: \(options.selection.architecture) \(platform)"
            )
        }
        let verdict = try denylistVerdict()
        for note in verdict.notes { tell(.note(note)) }
        let tests = selected.filter { test in !verdict.denied.contains { $0.matches(test.name) } }
        guard FileContent.exists(options.image) else {
            throw TestRunnerError(options.image.string, "no such disk image")
        }
        let output = try OutputDirectory(
            creating: try options.outputDirectory ?? OutputDirectory.defaultPath(platform: platform))
        guard !tests.isEmpty else {
            tell(.note("There are no tests to run because all tests are denylisted. Output in \(output.path)"))
            return Summary(report: nil, output: output.path)
        }
        let accelerator: AcceleratorChoice
        if let given = options.accelerator {
            accelerator = given
        } else {
            accelerator = try await KVMProbe(emulator: QEMUArguments.emulator).choose()
        }
        tell(.note("Accelerator: \(accelerator)"))
        try writeProperties(to: output, accelerator: accelerator)
        let results = try await run(tests, verdict: verdict, output: output, accelerator: accelerator)
        let report = RunReport(platform: platform, version: options.system.version ?? "", results: results)
        try AtomicFile.write(Array(report.json.utf8), to: output.report)
        try AtomicFile.write(Array(report.tap.utf8), to: output.tap)
        if let copy = options.tapFile { try AtomicFile.write(Array(report.tap.utf8), to: copy) }
        tell(.note("\(report.outcome == .fail ? "FAIL" : "PASS"), output in \(output.path)"))
        return Summary(report: report, output: output.path)
    }

    private func denylistVerdict() throws -> Denylist.Verdict {
        var list = Denylist(entries: options.denied.map { Denylist.Entry(pattern: Glob($0)) })
        if let path = options.denylist { list.entries += try Denylist.load(path).entries }
        let today = Date().formatted(.iso8601.year().month().day())
        return list.verdict(
            in: Denylist.Situation(
                architecture: options.selection.architecture, stream: options.stream,
                platform: options.selection.platform,
                today: today))
    }

    private func run(
        _ tests: [KolaTest], verdict: Denylist.Verdict, output: OutputDirectory, accelerator: AcceleratorChoice
    ) async throws -> [TestResult] {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let key = try await SSHKey.generate(in: folder.path)
        let slotCount = options.parallel.slots
        // A tenth stays free for QEMU itself and for everything else.
        let memory = (HostCapacity.availableMemory ?? .max / 2) / 10 * 9
        let slots = MachineSlots(slots: slotCount, memory: memory)
        return await withTaskGroup(of: TestResult.self) { group in
            for test in tests {
                group.addTask {
                    let needed = options.machine(of: test).memory
                    await slots.take(memory: needed)
                    let result = await execute(
                        test, isWarned: verdict.warned.contains { $0.matches(test.name) }, output: output,
                        temporary: folder.path, key: key, accelerator: accelerator)
                    await slots.giveBack(memory: needed)
                    return result
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func execute(
        _ test: KolaTest, isWarned: Bool, output: OutputDirectory, temporary: FilePath, key: SSHKey,
        accelerator: AcceleratorChoice
    ) async -> TestResult {
        tell(.started(test.name))
        let log = TestLog(sink: tell)
        let start = ContinuousClock.now
        var outcome = Outcome.pass
        do {
            try await TestExecution(
                test: test, options: options, output: output, temporary: temporary, key: key, accelerator: accelerator,
                log: log
            ).run()
        } catch {
            let failure = TestFailure(error)
            log.append(failure.reason)
            for detail in failure.details { log.append("    \(detail)") }
            outcome = isWarned ? .warn : .fail
        }
        let result = TestResult(
            name: test.name, outcome: outcome, duration: .now - start, output: log.text, subtests: log.subtests)
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
