import ArgumentParser
import Builds

/// `kola version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the version.")

    func run() { Output.write("kola version \(ToolVersion.text)") }
}
