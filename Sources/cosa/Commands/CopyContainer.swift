import ArgumentParser
import ContainerImage
import HostSystem
import Pipeline
import SystemPackage

struct CopyContainer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy images from one registry to another.",
        discussion: "All architectures of an image are copied.")

    @Argument(help: ArgumentHelp("The repository to copy from.", valueName: "SRC_REPO"))
    var source: String

    @Argument(help: ArgumentHelp("The repository to copy to.", valueName: "DEST_REPO"))
    var destination: String

    @Option(name: .customLong("tag"), help: ArgumentHelp("A tag; may be given several times.", valueName: "tag"))
    var tags: [String]

    @Option(help: ArgumentHelp("A file with credentials for the destination.", valueName: "file"))
    var destAuthfile: String?

    @Flag(name: .customLong("v2s2"), help: "Docker's form of manifests.")
    var usesDockerFormat = false

    @Option(
        help: ArgumentHelp(
            "Whether each image of an index gets a tag of its own (<tag>-<arch>); auto: where the destination takes no index.",
            valueName: "always|never|auto"))
    var manifestListToArchTag = ContainerCopy.IndexTags.auto

    @OptionGroup var registry: RegistryOptionGroup
    @OptionGroup var signing: SigningOptionGroup
    @OptionGroup var progress: ProgressOption

    func run() async throws {
        var options = try registry.options
        try signing.apply(to: &options)
        options.destinationAuthFile = destAuthfile.map { FilePath($0).absolute }
        let renderer = ConsoleRenderer(progress.style, notes: .standardOutput)
        var copy = ContainerCopy(registry: options, reporter: Reporter([renderer.reporter]))
        copy.format = usesDockerFormat ? .v2s2 : nil
        copy.indexTags = manifestListToArchTag
        for image in try await copy.run(from: source, to: destination, tags: tags) { print(image) }
    }
}

extension ContainerCopy.IndexTags: ExpressibleByArgument {}
