import Foundation
import HostSystem
import SystemPackage
import VirtualMachine

/// One test on a machine of its own: provisioned, booted, tested, checked, ended.
struct TestExecution: Sendable {
    let test: KolaTest
    let options: RunOptions
    let output: OutputDirectory
    let temporary: FilePath
    let key: SSHKey
    let machines: MachineSource
    let log: TestLog

    /// Runs the test to its end or to its limit.
    ///
    /// - Throws: ``TestFailure``, or any other error: the reason why it failed.
    func run() async throws {
        let limit = options.timeout(of: test)
        let stage = Stage()
        try await Deadline.run(within: limit) {
            try await run(stage)
        } onExpiry: {
            TestFailure("TIMEOUT[\(Self.goDuration(limit))]: \(stage.text)", details: stage.consoleTail)
        }
    }

    private func run(_ stage: Stage) async throws {
        if let problem = test.problem { throw TestFailure(problem) }
        try refuseUnmetDemands()
        let identifier = UUID().uuidString.lowercased()
        let folder = output.folder(of: test.name)
        let files = MachineFiles(
            output: folder.appending(identifier), temporary: temporary.appending(identifier),
            testOutputName: "\(OutputDirectory.safe(test.name)).txt")
        try FileContent.createDirectory(files.output)
        try FileContent.createDirectory(files.temporary)
        defer { try? FileContent.remove(files.temporary) }
        stage.set("making the machine")
        log.timeline.begin(.prepare)
        let machine = try await machines.machine(for: test, identifier: identifier, files: files, log: log)
        stage.set("waiting for the machine to be ready", machine: machine)
        log.timeline.begin(.boot)
        let configuration = folder.appending("ssh-config")
        do {
            let text = SSHSession.configuration(
                host: identifier, port: machine.sshPort, user: GuestConfiguration.user, key: key.path)
            try AtomicFile.write(Array(text.utf8), to: configuration)
            log.append(
                "machine \(identifier), \(machine.description.firmware.rawValue), \(machine.description.memory) MiB")
            try await machine.whileRunning { try await use(machine, configuration, stage) }
        } catch {
            await machine.kill()
            throw error
        }
        await machine.kill()
        if !test.has(tag: SpecialTag.skipBaseChecks) { try LogChecks.run(files, log: log) }
    }

    private func use(_ machine: Machine, _ configuration: FilePath, _ stage: Stage) async throws {
        let start = ContinuousClock.now
        _ = try await machine.ready()
        log.timeline.begin(.ready)
        let guest = try await Guest.connect(to: machine, configuration: configuration, timeline: log.timeline)
        log.append("ready after \((ContinuousClock.now - start).hundredths)")
        stage.set("running the test", machine: machine)
        log.timeline.begin(.run)
        var ignoredUnits: Set<String> = []
        switch test.body {
        case .native(let body):
            try await body(TestContext(test: test, guest: guest, system: options.system, log: log))
        case .external(let external):
            ignoredUnits = [ExternalTestUnit.unit]
            try await ExternalTestRun(test: external, name: test.name, guest: guest, log: log).run()
        }
        stage.set("checking the machine", machine: machine)
        log.timeline.begin(.check)
        if !test.has(tag: SpecialTag.skipBaseChecks) {
            try await MachineChecks(guest: guest, system: options.system, ignoredUnits: ignoredUnits).run()
        }
        await guest.disconnect()
        if let failed = log.failedSubtests.first {
            let names = log.failedSubtests.map(\.name).joined(separator: ", ")
            throw TestFailure("failed: \(names): \(failed.output)")
        }
    }

    private func refuseUnmetDemands() throws {
        let unmet = test.metadata.unmetDemands
        guard unmet.isEmpty else {
            throw TestFailure(
                "kola's machines cannot give what the test asks for with \(unmet.joined(separator: ", ")); "
                    + "run it elsewhere, or leave it out with --denylist-test \(test.name)")
        }
    }

    /// A duration as Go writes it, without fractions: `10m0s`.
    static func goDuration(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        return (hours > 0 ? "\(hours)h" : "") + (hours > 0 || minutes > 0 ? "\(minutes)m" : "") + "\(seconds % 60)s"
    }
}
