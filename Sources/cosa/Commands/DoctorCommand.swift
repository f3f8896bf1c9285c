import ArgumentParser
import Builds
import Foundation
import HostSystem
import SystemPackage

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say what this machine lacks and how to get it.",
        discussion: "Exit status 1 where something is missing that a step cannot do without.")

    @OptionGroup var workdir: WorkdirOption
    @OptionGroup var output: JSONOption

    func run() async throws {
        let findings = await Doctor(directory: FilePath(workdir.workdir).absolute).examine { await Doctor.kvm() }
        let missing = findings.filter { $0.state == .missing }
        if output.json {
            print(try JSONReport.text(["findings": findings]))
        } else {
            show(findings)
        }
        guard missing.isEmpty else {
            throw BuildsError(
                "this machine lacks: \(missing.map(\.name).joined(separator: ", ")); see above for how to get it")
        }
    }

    private func show(_ findings: [HostFinding]) {
        for finding in findings {
            let state = finding.state.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
            print("\(state) \(finding.name): \(finding.detail)" + (finding.remedy.map { " -> \($0)" } ?? ""))
        }
        let packages = Doctor.packages(for: findings)
        if !packages.isEmpty {
            print("All that Debian packages bring: apt-get install \(packages.joined(separator: " "))")
        }
    }
}
