import Foundation
import HostSystem
import Ignition
import SystemPackage
import VirtualMachine

/// Gives each test of a run its machine: a fork of a booted one where several tests ask for the same, else one that it boots.
final class MachineSource: Sendable {
    private let options: RunOptions
    private let output: OutputDirectory
    private let temporary: FilePath
    private let publicKey: String
    let accelerator: Accelerator
    private let pool: TemplatePool
    private let rebase: ContainerRebase?

    /// A source for `tests`.
    ///
    /// - Parameters:
    ///   - memory: how many MiB all machines of the run may have.
    ///   - rebase: what machines are moved to before their tests; nil for what they boot.
    /// - Throws: `IgnitionError`, ``TestRunnerError`` for a config that all machines get and that cannot be read.
    init(
        tests: [KolaTest], options: RunOptions, output: OutputDirectory, temporary: FilePath, publicKey: String,
        accelerator: Accelerator, memory: Int, rebase: ContainerRebase? = nil
    ) throws {
        self.options = options
        self.output = output
        self.temporary = temporary
        self.publicKey = publicKey
        self.accelerator = accelerator
        self.rebase = rebase
        var uses: [TemplatePool.Key: Int] = [:]
        if options.forks {
            for test in tests where !test.isLive && test.problem == nil && options.unmetDemand(of: test) == nil {
                let key = try Self.key(test, options: options, publicKey: publicKey)
                if key.description.canBeForked { uses[key, default: 0] += test.machineCount }
            }
        }
        // Half for what is booted, half for the forks' own pages.
        pool = TemplatePool(uses: uses, limit: memory / 2)
    }

    /// The memory in MiB that is not there for the tests' machines.
    var reservedMemory: Int { pool.memory }

    /// A machine of a test, started; a fork is ready, any other boots.
    ///
    /// - Parameters:
    ///   - number: which of the test's machines, counted from 0.
    ///   - segment: the network of the test's machines; nil where it has but one.
    /// - Throws: ``MachineError`` and the errors of the config and of the host's tools.
    func machine(
        for test: KolaTest, number: Int, identifier: String, files: MachineFiles, segment: NetworkSegment?, log: TestLog
    ) async throws -> Machine {
        let key = try Self.key(test, options: options, publicKey: publicKey)
        let hostname = SegmentMembership.hostname(number)
        guard await pool.isShared(key) else {
            try await IgnitionValidation.check(key.ignition, source: test.name)
            var description = key.description
            description.hostname = hostname
            let machine = try await Machine.launch(
                description, identifier: identifier, ignition: key.ignition, files: files, accelerator: accelerator,
                segment: segment)
            guard let rebase, options.bootsISO(test) == nil else { return machine }
            log.timeline.begin(.boot)
            do {
                try await machine.whileRunning { try await rebase.apply(to: machine) }
            } catch {
                await machine.kill()
                throw error
            }
            return machine
        }
        log.timeline.begin(.boot)
        let template = try await pool.template(key) { [self] in
            try await IgnitionValidation.check(key.ignition, source: test.name)
            // The tests that wait cannot end it, as others wait too.
            let limit = options.timeout(of: test)
            return try await Deadline.run(within: limit) {
                try await self.boot(key)
            } onExpiry: {
                TestFailure("the machine that the tests share was not ready after \(TestExecution.goDuration(limit))")
            }
        }
        log.timeline.begin(.prepare)
        let start = ContinuousClock.now
        async let identity = ForkIdentity.generate(hostname: hostname, in: files.temporary)
        let machine = try await template.fork(
            identifier: identifier, files: files, hostname: hostname, segment: segment)
        do {
            let script = try await identity.script()
            _ = try await machine.whileRunning { try await machine.commands.run(script) }
        } catch {
            await machine.kill()
            throw error
        }
        log.append("forked in \((ContinuousClock.now - start).hundredths) from the machine in \(template.name)")
        return machine
    }

    /// A test has ended.
    func finished(_ test: KolaTest) async {
        guard !test.isLive, let key = try? Self.key(test, options: options, publicKey: publicKey) else { return }
        for _ in 0..<test.machineCount { await pool.finished(key) }
    }

    private func boot(_ key: TemplatePool.Key) async throws -> MachineTemplate {
        let identifier = UUID().uuidString.lowercased()
        let files = MachineFiles(
            output: output.path.appending("templates").appending(identifier),
            temporary: temporary.appending(identifier))
        try FileContent.createDirectory(files.output)
        try FileContent.createDirectory(files.temporary)
        var description = key.description
        description.hostname = SegmentMembership.hostname(0)
        return try await MachineTemplate.boot(
            description, identifier: identifier, ignition: key.ignition, files: files, accelerator: accelerator
        ) { [rebase] machine in
            try await rebase?.apply(to: machine)
            try await machine.commands.run(ForkIdentity.preparation)
        }
    }

    /// The machine that a test asks for, and its whole config.
    static func key(_ test: KolaTest, options: RunOptions, publicKey: String) throws -> TemplatePool.Key {
        var config = GuestConfiguration.base(publicKey: publicKey)
        if let own = test.ignition { config = config.merged(with: own) }
        let machine = try options.machine(of: test)
        let complete = try options.completed(config, of: test, on: machine)
        return TemplatePool.Key(description: machine, ignition: try complete.encoded())
    }
}
