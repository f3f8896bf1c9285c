import Foundation
import VirtualMachine

/// What must hold of every machine after its test: the system is up, no unit failed or restarts again and again, and it is
/// the OS that was meant.
struct MachineChecks: Sendable {
    let guest: Guest
    let system: SystemUnderTest
    /// Units whose failure says nothing about the OS: the test's own.
    var ignoredUnits: Set<String> = []

    /// How often a unit that is starting may have been restarted.
    private static let restartLimit = 2

    /// As few programs as possible: each costs a tenth of a second where the processor is emulated.
    private static let script = """
        . /etc/os-release
        echo "variant $VARIANT_ID"
        systemctl is-system-running --wait | { read -r state; echo "state $state"; }
        systemctl list-units --state=failed,activating --all --plain --no-legend --no-pager | {
            while read -r unit load active rest; do
                if [ "$active" = failed ]; then echo "failed $unit"; else starting+=("$unit"); fi
            done
            if [ ${#starting[@]} -gt 0 ]; then systemctl show --no-pager --property=Id,ActiveState,NRestarts -- "${starting[@]}"; fi
        }
        """

    struct Report: Equatable {
        var state = ""
        var variant = ""
        var failed: [String] = []
        var restarting: [String] = []

        /// Reads what the script prints.
        init(parsing text: String) {
            var properties: [String: String] = [:]
            for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) + [""] {
                if line.isEmpty {
                    note(properties)
                    properties = [:]
                }
                if let equals = line.firstIndex(of: "=") {
                    properties[String(line[..<equals])] = String(line[line.index(after: equals)...])
                    continue
                }
                let words = line.split(separator: " ", maxSplits: 1).map(String.init)
                switch words.first {
                case "state": state = words.dropFirst().first ?? ""
                case "variant": variant = words.dropFirst().first ?? ""
                case "failed": failed += words.dropFirst()
                default: continue
                }
            }
        }

        private mutating func note(_ unit: [String: String]) {
            guard let name = unit["Id"], unit["ActiveState"] == "activating",
                let restarts = unit["NRestarts"].flatMap(Int.init), restarts >= MachineChecks.restartLimit
            else { return }
            restarting.append("\(name) (\(restarts) times)")
        }
    }

    /// - Throws: ``TestFailure`` that names what is wrong, with the status of the units.
    func run() async throws {
        let report = Report(parsing: try await guest.commands.capture(Self.script).text)
        let failed = report.failed.filter { !ignoredUnits.contains($0) }
        guard failed.isEmpty else {
            throw TestFailure("failed units: \(failed.joined(separator: ", "))", details: await status(of: failed))
        }
        guard report.restarting.isEmpty else {
            throw TestFailure("units that restart again and again: \(report.restarting.joined(separator: ", "))")
        }
        let isUp = report.state == "running" || (report.state == "degraded" && !report.failed.isEmpty)
        guard isUp else {
            throw TestFailure("the system is not up: `systemctl is-system-running` says \"\(report.state)\"")
        }
        if let variant = system.variant, report.variant != variant {
            throw TestFailure("this is another OS: VARIANT_ID is \"\(report.variant)\", not \"\(variant)\"")
        }
    }

    private func status(of units: [String]) async -> [String] {
        let names = units.map(\.shellQuoted).joined(separator: " ")
        let output = try? await guest.commands.capture("systemctl status --no-pager --full --lines=20 -- \(names)")
        return (output?.text ?? "").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
