import Foundation
import HostSystem
import LiveImage
import SystemPackage
import VirtualMachine

/// An installation as the host sees it: what the guest says, and what the host does to it where the test is about a fault.
struct LiveInstallation: Sendable {
    let scenario: LiveScenario
    let machine: Machine
    let console: ConsoleWatch
    let boot: LiveBoot
    let log: TestLog
    let stage: Stage

    /// In the middle of any image, so that the installer has begun and has not ended.
    private static let interruption: Int64 = 256 << 20
    /// How many writes beyond it there must be: what is cleared at the disk's end before the image is written takes fewer.
    private static let interruptedWrites = 20
    /// How long what is on its way to the console may take.
    private static let consoleLimit = Duration.seconds(60)

    /// Waits until the installed system is up.
    ///
    /// - Returns: false where nothing could be installed, as was to be.
    /// - Throws: ``TestFailure``, ``MachineError``.
    func run() async throws -> Bool {
        let listener = LiveListener(machine.events)
        switch scenario.fault {
        case nil: break
        case .interrupted:
            async let written: Void = untilWritten()
            try await untilLive(listener)
            try await written
            log.append("cut off while it wrote, \(Self.interruption >> 20) MiB from the disk's begin or more")
            try await machine.reset()
        case .smallDisk:
            try await untilLive(listener)
            try await expectFailure(listener)
            return false
        case .badSignature:
            try await untilLive(listener)
            try await expectFailure(listener)
            try makeBadSignatures()
            try await machine.reset()
            try await untilLive(listener)
            try await expectFailure(listener)
            try await allowUnsignedImages()
            try await machine.reset()
        case .noNetwork:
            try await machine.setNetwork(isConnected: false)
            try await untilLive(listener)
            try await expectFailure(listener)
            try await machine.setNetwork(isConnected: true)
            try await machine.reset()
        }
        try await untilLive(listener)
        try await measured("installed and booted") { try await listener.expect(LiveSignal.installed) }
        return true
    }

    private func untilWritten() async throws {
        for _ in 0..<Self.interruptedWrites { try await machine.written(beyond: Self.interruption) }
    }

    private func untilLive(_ listener: LiveListener) async throws {
        stage.set("waiting for the live system", machine: machine)
        try await measured("live") { try await listener.expect(LiveSignal.live) }
        stage.set("waiting for the installation", machine: machine)
    }

    private func expectFailure(_ listener: LiveListener) async throws {
        let emergency = try await measured("failed") { try await listener.expectEmergency() }
        let said = emergency.lastLine
        log.append("the installer said: \(said)")
        let words = scenario.fault?.words ?? []
        guard words.contains(where: { said.lowercased().contains($0) }) else {
            throw TestFailure("the installer failed for another reason than it should: \(emergency.failure.reason)")
        }
        let console = console
        try await Deadline.run(within: Self.consoleLimit) {
            try await console.line(with: said)
        } onExpiry: {
            TestFailure("the console does not show what the installer said last: \(said)")
        }
    }

    private func measured<Result: Sendable>(
        _ what: String, _ body: () async throws -> Result
    ) async throws -> Result {
        let start = ContinuousClock.now
        let result = try await body()
        log.append("\(what) after \((ContinuousClock.now - start).hundredths)")
        return result
    }

    // MARK: Faults

    /// Puts the signature of something else where the images' signatures would be: the images are damaged.
    private func makeBadSignatures() throws {
        for name in FileContent.names(in: boot.folder) where name.hasSuffix(".raw") {
            try AtomicFile.write(UnknownSigner.signature, to: boot.folder.appending("\(name).sig"))
        }
    }

    /// The machine's copy of the ISO is changed where it lies: the next boot reads it anew.
    private func allowUnsignedImages() async throws {
        var image = try await LiveISOImage(boot.files.iso)
        try image.setKernelArguments("\(image.kernelArguments) \(LiveBoot.insecure)")
        try image.save(to: nil)
    }
}
