import Foundation
import HostSystem

/// Ignition's own opinion on a config.
enum IgnitionValidation {
    /// Asks `ignition-validate`, where it is installed.
    ///
    /// - Throws: ``TestRunnerError`` with what it said, where it refuses the config.
    static func check(_ config: [UInt8], source: String) async throws {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let isInstalled = path.split(separator: ":").contains { access("\($0)/ignition-validate", X_OK) == 0 }
        guard isInstalled else { return }
        let output = try await Command("ignition-validate", ["-"]).capture(input: config)
        guard output.status == 0 else {
            let said = (output.standardError + output.text).split(whereSeparator: \.isNewline).joined(separator: "; ")
            throw TestRunnerError(source, "ignition-validate refuses its Ignition config: \(said)")
        }
    }
}
