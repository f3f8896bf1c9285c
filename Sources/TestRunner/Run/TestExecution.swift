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
    let source: MachineSource
    let log: TestLog

    /// Runs the test to its end or to its limit.
    ///
    /// - Throws: ``TestFailure``, or any other error: the reason why it failed.
    func run() async throws {
        let limit = options.timeout(of: test)
        let stage = Stage()
        let hold = FailureHold(options.onFailure)
        do {
            try await Deadline.run(within: limit) {
                try await run(stage, hold)
            } onExpiry: {
                TestFailure("TIMEOUT[\(Self.goDuration(limit))]: \(stage.text)", details: stage.consoleTail)
            }
        } catch {
            await hold.show(test, error)
            throw error
        }
    }

    private func run(_ stage: Stage, _ hold: FailureHold) async throws {
        if let problem = test.problem { throw TestFailure(problem) }
        if let unmet = options.unmetDemand(of: test) { throw TestFailure(unmet) }
        let place = TestMachines.Place(folder: output.folder(of: test.name), temporary: temporary, key: key)
        if case .live(let scenario) = test.body {
            return try await LiveTestRun(
                test: test, scenario: scenario, options: options, place: place, accelerator: source.accelerator,
                log: log, stage: stage, hold: hold
            ).run()
        }
        stage.set("making the machine")
        log.timeline.begin(.prepare)
        let machines: TestMachines
        do {
            machines = try await TestMachines.start(test, from: source, in: place, log: log)
        } catch {
            throw test.explained(error)
        }
        stage.set("waiting for the machine to be ready", machine: machines.machines.first)
        log.timeline.begin(.boot)
        do {
            for machine in machines.machines {
                let made = machine.description
                log.append("machine \(machine.identifier), \(made.firmware.rawValue), \(made.memory) MiB")
            }
            try await machines.whileRunning { try await use(machines, stage) }
        } catch {
            await hold.take(machines)
            throw machines.named(error)
        }
        await machines.end()
        guard !test.has(tag: SpecialTag.skipBaseChecks) else { return }
        for machine in machines.machines { try LogChecks.run(machine.files, log: log) }
    }

    private func use(_ machines: TestMachines, _ stage: Stage) async throws {
        let start = ContinuousClock.now
        for machine in machines.machines { _ = try await machine.ready() }
        log.timeline.begin(.ready)
        let guests = try await machines.guests(timeline: log.timeline)
        guard let guest = guests.first else { throw TestFailure("the test has no machine") }
        log.append("ready after \((ContinuousClock.now - start).hundredths)")
        stage.set("running the test", machine: guest.machine)
        log.timeline.begin(.run)
        var ignoredUnits: Set<String> = []
        var outputIsWhole: @Sendable () async -> Void = {}
        switch test.body {
        case .native(let body):
            try await body(TestContext(test: test, guest: guest, guests: guests, system: options.system, log: log))
        case .external(let external):
            ignoredUnits = [ExternalTestUnit.unit]
            outputIsWhole = try await ExternalTestRun(test: external, name: test.name, guest: guest, log: log).run()
        // It has been run, on a machine of its own making.
        case .live: break
        }
        stage.set("checking the machine", machine: guest.machine)
        log.timeline.begin(.check)
        for guest in guests {
            if !test.has(tag: SpecialTag.skipBaseChecks) {
                try await MachineChecks(guest: guest, system: options.system, ignoredUnits: ignoredUnits).run()
            }
            await guest.disconnect()
        }
        await outputIsWhole()
        if let failed = log.failedSubtests.first {
            let names = log.failedSubtests.map(\.name).joined(separator: ", ")
            throw TestFailure("failed: \(names): \(failed.output)")
        }
    }

    /// A duration as Go writes it, without fractions: `10m0s`.
    static func goDuration(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        return (hours > 0 ? "\(hours)h" : "") + (hours > 0 || minutes > 0 ? "\(minutes)m" : "") + "\(seconds % 60)s"
    }
}
