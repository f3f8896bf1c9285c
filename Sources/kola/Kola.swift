import ArgumentParser
import Builds
import Foundation
import HostSystem

/// The command line of the test runner.
@main
struct Kola: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kola",
        abstract: "Tests images of operating systems in virtual machines.",
        discussion: """
            Exit status: 0 all tests passed (or only tests that are known to fail did not), 1 a test failed or nothing \
            could be run, 64 wrong usage, 77 only known failures with --on-warn-failure-exit-77, 130 interrupted.
            """,
        version: ToolVersion.text,
        subcommands: [
            RunCommand.self, RunUpgradeCommand.self, RerunCommand.self, ListCommand.self, QemuexecCommand.self,
            SpawnCommand.self,
            BootchartCommand.self, CheckConsoleCommand.self,
            HTTPServerCommand.self, NcpuCommand.self, VersionCommand.self,
        ])

    static func main() async {
        var command: any ParsableCommand
        do {
            let names = Set(configuration.subcommands.compactMap { $0.configuration.commandName })
            let arguments = Array(CommandLine.arguments.dropFirst())
            command = try parseAsRoot(LeadingOptions.order(arguments, subcommands: names))
        } catch {
            end(parsing: error)
        }
        do {
            if let asynchronous = command as? any AsyncParsableCommand {
                try await Interruption.run(asynchronous)
            } else {
                try command.run()
            }
        } catch let error as ExitCode {
            exit(withError: error)
        } catch {
            // Help and usage errors, also those of a command that runs, know their own exit status.
            if exitCode(for: error) != .failure { end(parsing: error) }
            end("\(error)", status: 1)
        }
    }

    /// Help goes to standard output; of wrong usage the usage goes first, as the last line is the cause.
    private static func end(parsing error: any Error) -> Never {
        let code = exitCode(for: error)
        if code == .success { exit(withError: error) }
        let lines = fullMessage(for: error).split(separator: "\n").filter { !$0.hasPrefix("Error: ") }
        if !lines.isEmpty { StandardError.write(lines.joined(separator: "\n")) }
        end(message(for: error), status: code.rawValue)
    }

    private static func end(_ cause: String, status: Int32) -> Never {
        StandardError.write("error: \(cause)")
        Foundation.exit(status)
    }
}
