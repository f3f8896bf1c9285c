import VirtualMachine

/// Hears what a guest says about an installation, one line after the other.
actor LiveListener {
    private let events: MachineEvents
    private var position = 0

    init(_ events: MachineEvents) { self.events = events }

    /// A system that could not go on.
    struct Emergency: Sendable, Equatable {
        /// The units that failed.
        var units: [String] = []
        /// The installer's own last line; "" where it said nothing.
        var lastLine = ""

        /// What a test's failure is called.
        var failure: TestFailure {
            let names = units.isEmpty ? "no unit" : units.joined(separator: ", ")
            let said = lastLine.isEmpty ? "the installer said nothing" : "the installer said: \(lastLine)"
            return TestFailure("the guest ended in its emergency target (failed: \(names)); \(said)")
        }
    }

    /// Waits for a signal.
    ///
    /// - Throws: ``TestFailure`` where the guest ended in its emergency target or says anything else; ``MachineError``.
    func expect(_ signal: String) async throws {
        let (heard, emergency) = try await next()
        if let emergency { throw emergency.failure }
        guard heard == signal else {
            throw TestFailure("the guest said \"\(heard)\" on \(GuestPort.installation.rawValue), not \"\(signal)\"")
        }
    }

    /// Waits for the emergency target.
    ///
    /// - Throws: ``TestFailure`` where the guest says anything else; ``MachineError``.
    func expectEmergency() async throws -> Emergency {
        let (heard, emergency) = try await next()
        guard let emergency else { throw TestFailure("the installer was to fail, but the guest said \"\(heard)\"") }
        return emergency
    }

    private func next() async throws -> (String, Emergency?) {
        var emergency = Emergency()
        while true {
            let (next, message) = try await events.message(from: position) { $0.port == .installation }
            position = next
            switch message.text {
            case let text where text.hasPrefix(LiveSignal.failedUnits.dropLast()):
                emergency.units = message.words.dropFirst().map { $0 }
            case let text where text.hasPrefix(LiveSignal.lastLine.dropLast()):
                emergency.lastLine = text.dropFirst(LiveSignal.lastLine.count).description
            case LiveSignal.emergency: return (message.text, emergency)
            case "": continue
            default: return (message.text, nil)
            }
        }
    }

    /// Why a machine failed: where its console shows an emergency shell, what the guest said just before.
    static func explained(_ error: any Error, _ events: MachineEvents) async -> any Error {
        guard case .console(ConsolePattern.emergencyShell) = (error as? MachineError)?.kind else { return error }
        let listener = LiveListener(events)
        let emergency = try? await Deadline.run(within: .seconds(2)) {
            while true {
                if let emergency = try await listener.next().1 { return emergency }
            }
        } onExpiry: {
            CancellationError()
        }
        guard let emergency else { return error }
        return TestFailure(emergency.failure.reason, details: TestFailure(error).details)
    }
}
