import ArgumentParser
import Builds

/// The builder's command line. A verb is one file in `Commands`, listed here.
@main
struct Cosa: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cosa",
        abstract: "Build image-based operating systems from RPMs, and test them.",
        discussion: """
            A working directory is made once by `cosa init`, then: cosa fetch, cosa build, cosa buildextend-qemu, \
            cosa kola run basic, cosa run.

            Exit status: 0 done (also where there was nothing to do), 1 failure, 64 wrong usage. The last line of a \
            failure is its cause.
            """,
        version: ToolVersion.text,
        groupedSubcommands: [
            CommandGroup(name: "Build", subcommands: buildCommands),
            CommandGroup(name: "Test", subcommands: testCommands),
            CommandGroup(name: "Container images", subcommands: containerCommands),
            CommandGroup(name: "Live images", subcommands: [ISO.self]),
            CommandGroup(name: "Builds and their metadata", subcommands: metadataCommands),
            CommandGroup(name: "Other", subcommands: otherCommands),
        ])

    private static let buildCommands: [any ParsableCommand.Type] = [
        Init.self, Fetch.self, Build.self, Import.self, BuildExtend.self, BuildExtendNode.self, Platforms.self,
        Container.self,
    ]
    private static let testCommands: [any ParsableCommand.Type] = [KolaCommand.self, RunImage.self]
    private static let containerCommands: [any ParsableCommand.Type] = [
        PushContainer.self, PushContainerManifest.self, CopyContainer.self,
    ]
    private static let metadataCommands: [any ParsableCommand.Type] = [
        List.self, Meta.self, TagCommand.self, Compress.self, Decompress.self, Prune.self, Clean.self,
    ]
    private static let otherCommands: [any ParsableCommand.Type] = [Shell.self, DoctorCommand.self]

    static func main() async { await CommandLineRunner<Cosa>().run() }
}
