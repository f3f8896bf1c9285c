import ArgumentParser
import SystemPackage

struct ISOExtractPXE: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pxe", abstract: "Write the files for a network boot, and print their names.")

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The folder to write to.", valueName: "path"), completion: .directory)
    var outputDir = "."

    @OptionGroup var input: ISOInput

    func run() async throws {
        for path in try await input.open().extractNetworkBoot(to: FilePath(outputDir)) { print(path) }
    }
}
