import ArgumentParser
import Foundation
import HostSystem

struct Shell: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a shell, or a command, in the tools' environment.")

    @Argument(parsing: .captureForPassthrough, help: "The command; bash where there is none.")
    var command: [String] = []

    func run() throws { try ProcessReplacement.execute(command.isEmpty ? ["bash"] : command) }
}
