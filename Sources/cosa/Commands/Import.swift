import ArgumentParser
import Builds
import ContainerImage
import Pipeline

struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a build of a container image.",
        discussion: """
            SOURCE is oci-archive:FILE, oci:DIRECTORY[:TAG], docker://NAME or containers-storage:NAME. The image is one \
            of a build, or one that was derived from such an image, or a plain one that can boot. Does nothing where a \
            build has the same image.
            """)

    @Argument(help: ArgumentHelp("The image.", valueName: "source"))
    var source: String

    @Option(help: "The build's id; else the version that the image's labels name.")
    var version: String?

    @Option(help: "The architecture.")
    var arch = Architecture.current

    @Flag(help: "Replace the build where it exists.")
    var force = false

    @Option(help: ArgumentHelp("Compare the packages with this build, too.", valueName: "version"))
    var parentBuild: String?

    @Flag(help: "Keep old builds; else the three newest and all tagged ones stay.")
    var skipPrune = false

    @OptionGroup var registry: RegistryOptionGroup
    @OptionGroup var workdir: WorkdirOption
    @OptionGroup var progress: ProgressOption
    @OptionGroup var output: JSONOption

    func run() async throws {
        let directory = try workdir.open()
        let source = try ImageSource(source)
        var options = ImportStepOptions()
        options.version = version
        options.force = force
        options.parentBuild = parentBuild
        options.skipPrune = skipPrune
        options.registry = try registry.options
        let request = options
        let outcome = try await progress.run("import", in: directory, json: output.json) { reporter in
            try await ImportStep(directory, basearch: arch, options: request, reporter: reporter).run(source)
        }
        try report(outcome, in: directory)
    }

    private struct Report: Codable {
        var result: String
        var build: String
        var arch: String
    }

    private func report(_ outcome: BuildOutcome, in directory: WorkingDirectory) throws {
        let (result, id, line) =
            switch outcome {
            case .built(let id): ("built", id, "Imported \(id) (\(arch)): \(directory.buildDirectory(id, arch))")
            case .unchanged(let id, let digest): ("unchanged", id, "Image unchanged (\(digest)): build \(id)")
            case .alreadyExists(let id): ("already-exists", id, "Build \(id) (\(arch)) already exists")
            }
        print(output.json ? try JSONReport.text(Report(result: result, build: id, arch: arch)) : line)
    }
}
