import ArgumentParser
import SystemPackage

struct ISOExtractMinimal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "minimal-iso",
        abstract: "Write a small ISO image that fetches its root filesystem.",
        aliases: ["minimal"])

    @Option(help: ArgumentHelp("Where the root filesystem is fetched from.", valueName: "url"))
    var rootfsURL: String?

    @Option(
        name: .customLong("output-rootfs"),
        help: ArgumentHelp("Write the root filesystem to a new file.", valueName: "path"))
    var rootfs: String?

    @OptionGroup var input: ISOInput

    @Argument(help: "The image to write.")
    var output: String

    func run() async throws {
        try await input.open().extractMinimal(
            to: FilePath(output), rootfsURL: rootfsURL, rootfs: rootfs.map { FilePath($0) })
    }
}
