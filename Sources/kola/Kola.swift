import ArgumentParser
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
            could be run, 64 wrong usage, 77 only known failures with --on-warn-failure-exit-77.
            """,
        version: KolaVersion.text,
        subcommands: [
            RunCommand.self, ListCommand.self, QemuexecCommand.self, CheckConsoleCommand.self, NcpuCommand.self,
            VersionCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if let asynchronous = command as? any AsyncParsableCommand {
                try await Interruption.run(asynchronous)
            } else {
                try command.run()
            }
        } catch let error where error is ExitCode || error is ValidationError || error is CleanExit {
            exit(withError: error)
        } catch {
            // Errors of the parser know their own exit status; those of the modules are one line.
            if exitCode(for: error) != .failure { exit(withError: error) }
            FileHandle.standardError.write(Data("error: \(error)\n".utf8))
            Foundation.exit(1)
        }
    }
}

/// Which version of the tools this is.
enum KolaVersion {
    static let text = "coreos-swift 0.1.0"
}
