import ArgumentParser
import Builds
import ContainerImage
import HostSystem
import Pipeline
import SystemPackage

struct PushContainerManifest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put images for several architectures into a registry as one.",
        discussion: """
            The images are those of a build (--artifact ostree), or named one by one (--image docker://… or \
            --image oci-archive:…).
            """)

    @Option(help: ArgumentHelp("The repository.", valueName: "HOST/PATH"))
    var repo: String

    @Option(name: .customLong("tag"), help: ArgumentHelp("A tag; may be given several times.", valueName: "tag"))
    var tags: [String]

    @Option(name: .customLong("image"), help: ArgumentHelp("An image; may be given several times.", valueName: "image"))
    var images: [String] = []

    @Option(help: ArgumentHelp("The image of the build: ostree, node, …", valueName: "kind"))
    var artifact: String?

    @Option(help: ArgumentHelp("The build: an id, a tag or \"latest\".", valueName: "id"))
    var build: String?

    @Option(
        name: .customLong("arch"),
        help: ArgumentHelp(
            "An architecture of the build; all that have the image where none is given.", valueName: "arch"))
    var arches: [String] = []

    @Option(help: ArgumentHelp("The key of meta.json that says where the image is.", valueName: "key"))
    var metajsonname: String?

    @Flag(name: .customLong("v2s2"), help: "Docker's form of manifests.")
    var usesDockerFormat = false

    @Flag(help: "Push also where the registry has these images already.")
    var force = false

    @Option(help: ArgumentHelp("Write the digest of what was pushed to a file.", valueName: "file"))
    var writeDigestToFile: String?

    @OptionGroup var registry: RegistryOptionGroup
    @OptionGroup var signing: SigningOptionGroup
    @OptionGroup var workdir: WorkdirOption
    @OptionGroup var progress: ProgressOption

    func validate() throws {
        guard images.isEmpty != (artifact == nil) else {
            throw ValidationError("give either images with --image, or an image of a build with --artifact")
        }
    }

    func run() async throws {
        var options = try registry.options
        try signing.apply(to: &options)
        let registryOptions = options
        let outcome: ContainerManifestPush.Outcome
        if let artifact {
            let directory = try workdir.open()
            outcome = try await progress.run("push-container-manifest", in: directory) { reporter in
                try await push(registryOptions, reporter).run(
                    image: artifact, of: build, arches: arches, key: metajsonname, force: force,
                    in: BuildStore(directory))
            }
        } else {
            // Nothing of a working directory is needed here.
            let reporter = ConsoleRenderer(progress.style, notes: .standardOutput).reporter
            outcome = try await push(registryOptions, Reporter([reporter])).run(images: images)
        }
        guard case .pushed(let digest, _) = outcome else {
            print("Remote already matches desired state; skipping push. Use --force to override.")
            return
        }
        if let writeDigestToFile {
            try AtomicFile.write(Array(digest.utf8), to: FilePath(writeDigestToFile).absolute)
        }
        print("\(repo)@\(digest)")
    }

    private func push(_ options: RegistryOptions, _ reporter: Reporter) throws -> ContainerManifestPush {
        var push = try ContainerManifestPush(repository: repo, tags: tags, registry: options, reporter: reporter)
        push.format = usesDockerFormat ? .v2s2 : nil
        return push
    }
}
