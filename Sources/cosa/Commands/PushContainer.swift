import ArgumentParser
import Builds
import ContainerImage
import Pipeline

struct PushContainer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a build's container image into a registry.",
        discussion: "Where it went is recorded in meta.json. The build's bill of materials goes along.")

    @Argument(help: ArgumentHelp("Where to; the tag is <build>-<arch> where none is given.", valueName: "NAME[:TAG]"))
    var name: String

    @Option(
        help: ArgumentHelp(
            "The image: \(ContainerPush.images.joined(separator: ", ")).", valueName: "kind"))
    var image = "ostree"

    @Option(help: "The form of the manifest in the registry: oci or v2s2.")
    var format: RegistryClient.Format?

    @Option(help: ArgumentHelp("Put this behind the tag, after a hyphen.", valueName: "suffix"))
    var tagSuffix: String?

    @Flag(inversion: .prefixedNo, help: "Attach the build's bill of materials.")
    var sbom = true

    @OptionGroup var registry: RegistryOptionGroup
    @OptionGroup var signing: SigningOptionGroup
    @OptionGroup var build: BuildOption
    @OptionGroup var workdir: WorkdirOption
    @OptionGroup var progress: ProgressOption
    @OptionGroup var output: JSONOption

    func run() async throws {
        let directory = try workdir.open()
        var options = try registry.options
        try signing.apply(to: &options)
        let registryOptions = options
        let pushed = try await progress.run("push-container", in: directory, json: output.json) { reporter in
            var push = ContainerPush(directory, basearch: build.arch, registry: registryOptions, reporter: reporter)
            push.image = image
            push.format = format
            push.tagSuffix = tagSuffix
            push.attachesBill = sbom
            return try await push.run(to: name, build: build.build)
        }
        print(output.json ? try JSONReport.text(pushed) : "\(pushed.image)@\(pushed.digest)")
    }
}

extension RegistryClient.Format: ExpressibleByArgument {}
