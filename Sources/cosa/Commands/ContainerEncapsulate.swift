import ArgumentParser
import Builds
import ContainerImage
import HostSystem
import Pipeline
import SystemPackage

struct ContainerEncapsulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encapsulate",
        abstract: "Make an OCI archive of a build's commit, or of a commit in any repository.",
        discussion: """
            The options stand over those in image.yaml. Without any the archive is the one that `cosa build` made, byte \
            for byte.
            """)

    @Option(help: ArgumentHelp("The archive; by default the build's name in tmp/.", valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("Take the commit from this repository.", valueName: "dir"))
    var repo: String?

    @Option(help: ArgumentHelp("The commit in --repo: a ref or a checksum.", valueName: "ref"))
    var ref: String?

    @OptionGroup var layers: LayerOptions

    @Option(help: ArgumentHelp("Set a label.", valueName: "key=value"))
    var label: [String] = []

    @Option(help: ArgumentHelp("Make a label of a key of the commit's metadata.", valueName: "key"))
    var copymeta: [String] = []

    @Option(help: ArgumentHelp("The same, where the key is there.", valueName: "key"))
    var copymetaOpt: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("What a container runs; once for each word.", valueName: "word"))
    var cmd: [String] = []

    @Option(help: ArgumentHelp("The base of the image's `config`, in JSON.", valueName: "file"))
    var imageConfig: String?

    @OptionGroup var build: BuildOption
    @OptionGroup var workdir: WorkdirOption
    @OptionGroup var progress: ProgressOption
    @OptionGroup var json: JSONOption

    func validate() throws {
        guard (repo == nil) == (ref == nil) else { throw ValidationError("--repo and --ref belong together") }
        if repo != nil, output == nil { throw ValidationError("--repo needs --output") }
        if repo != nil, build.build != nil { throw ValidationError("give --build or --repo") }
        _ = try labels()
    }

    func run() async throws {
        let options = try options()
        let output = output.map { FilePath($0).absolute }
        let image: EncapsulatedImage
        if let repo, let ref, let output {
            image = try await ContainerStep.encapsulate(
                ref, of: FilePath(repo).absolute, basearch: build.arch, output: output, options: options)
        } else {
            let directory = try workdir.open()
            image = try await progress.run("container-encapsulate", in: directory, json: json.json) { reporter in
                try await ContainerStep(directory, basearch: build.arch, reporter: reporter).encapsulate(
                    build: build.build, output: output, options: options)
            }
        }
        print(json.json ? try JSONReport.text(Report(image)) : "\(image.path)\n\(image.manifestDigest)")
    }

    private struct Report: Codable {
        var path: String
        var digest: String
        var size: Int64
        var layers: [EncapsulatedLayer]

        init(_ image: EncapsulatedImage) {
            path = image.path.string
            digest = image.manifestDigest
            size = image.size
            layers = image.layers
        }
    }

    private func options() throws -> ContainerOptions {
        var options = layers.options
        options.labels = try labels()
        options.copiedMetadata = copymeta
        options.optionalCopiedMetadata = copymetaOpt
        options.command = cmd.isEmpty ? nil : cmd
        options.imageConfig = imageConfig.map { FilePath($0).absolute }
        return options
    }

    private func labels() throws -> [String: String] {
        var labels: [String: String] = [:]
        for text in label {
            guard let separator = text.firstIndex(of: "="), separator > text.startIndex else {
                throw ValidationError("--label \(text): give KEY=VALUE")
            }
            labels[String(text[..<separator])] = String(text[text.index(after: separator)...])
        }
        return labels
    }
}
