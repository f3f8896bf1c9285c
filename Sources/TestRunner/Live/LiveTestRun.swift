import Foundation
import HostSystem
import LiveImage
import SystemPackage
import VirtualMachine

/// A live test on a machine of its own: booted from the ISO or the network, and from its disk where the OS was installed to it.
struct LiveTestRun: Sendable {
    let test: KolaTest
    let scenario: LiveScenario
    let options: RunOptions
    let place: TestMachines.Place
    let accelerator: Accelerator
    let log: TestLog
    let stage: Stage
    let hold: FailureHold

    /// What shows that somebody is logged in (coreos-liveiso-autologin-generator of fedora-coreos-config).
    private static let login = "login: core (automatic login)"

    /// Runs the test.
    ///
    /// - Throws: ``TestSkip`` where it cannot run, ``TestFailure`` or any other error: the reason why it failed.
    func run() async throws {
        guard let artifacts = options.live else {
            throw TestSkip("\(test.name) needs the live images of a build; run it on one, without --qemu-image")
        }
        try artifacts.require(scenario.artifacts)
        if scenario.fault == .noNetwork, artifacts.hasCoreOSInstaller {
            throw TestSkip("\(test.name): coreos-installer tries to reach the network without an end")
        }
        stage.set("making the machine")
        log.timeline.begin(.prepare)
        let identifier = UUID().uuidString.lowercased()
        let files = try TestMachines.files(of: test, identifier: identifier, in: place)
        let folder = files.temporary.appending("server")
        try FileContent.createDirectory(folder)
        @Sendable func run(_ url: String?) async throws {
            let boot = LiveBoot(
                test: test, scenario: scenario, options: options, artifacts: artifacts,
                publicKey: place.key.publicKey, files: files, folder: folder, url: url)
            try await self.run(boot, identifier: identifier)
        }
        do {
            guard scenario.usesServer else { return try await run(nil) }
            try await FileServer(folder: folder).whileServing { try await run($0) }
        } catch let error as LiveImageError {
            throw TestFailure("\(error)")
        }
    }

    private func run(_ boot: LiveBoot, identifier: String) async throws {
        let console = ConsoleWatch()
        let machine: Machine
        do {
            let made = try await boot.make()
            // An installer that is to fail leaves an emergency shell.
            let patterns = ConsolePattern.all.filter {
                scenario.fault == nil || $0.name != ConsolePattern.emergencyShell
            }
            machine = try await Machine.launch(
                made.machine, identifier: identifier, ignition: made.ignition, files: boot.files,
                accelerator: accelerator, fatalPatterns: patterns + [.ignitionFailure], onConsole: console.receive)
        } catch {
            try? FileContent.remove(boot.files.temporary)
            throw error
        }
        let machines = try TestMachines([machine], in: place)
        do {
            log.append("machine \(identifier), \(scenario.firmware.rawValue), \(machine.description.memory) MiB")
            try await machines.whileRunning { try await use(machines, machine, console, boot) }
        } catch {
            await hold.take(machines)
            throw await LiveListener.explained(error, machine.events)
        }
        await machines.end()
        guard !test.has(tag: SpecialTag.skipBaseChecks) else { return }
        try LogChecks.run(machine.files, log: log)
    }

    private func use(
        _ machines: TestMachines, _ machine: Machine, _ console: ConsoleWatch, _ boot: LiveBoot
    ) async throws {
        stage.set("waiting for the live system", machine: machine)
        log.timeline.begin(.boot)
        if scenario.kind == .login { return try await console.line(with: Self.login) }
        if scenario.isInstall {
            let installation = LiveInstallation(
                scenario: scenario, machine: machine, console: console, boot: boot, log: log, stage: stage)
            guard try await installation.run() else { return }
        }
        let guests = try await machines.guests(timeline: log.timeline)
        guard let guest = guests.first else { throw TestFailure("the test has no machine") }
        stage.set("checking what was booted", machine: machine)
        log.timeline.begin(.run)
        let checks = LiveChecks(scenario: scenario, guest: guest)
        try await (scenario.isInstall ? checks.checkInstalled() : checks.checkLive())
        log.timeline.begin(.check)
        if !test.has(tag: SpecialTag.skipBaseChecks) {
            try await MachineChecks(guest: guest, system: options.system).run()
        }
        await guest.disconnect()
    }
}
