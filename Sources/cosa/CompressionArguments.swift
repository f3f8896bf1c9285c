import ArgumentParser
import Builds
import Compression
import Pipeline

/// The options of `cosa compress` and `cosa decompress`.
struct CompressionArguments: ParsableArguments {
    /// Which way to go.
    enum Mode: String, ExpressibleByArgument, CaseIterable {
        case compress, uncompress
    }

    /// coreos-assembler's choice; zip comes from `platform-compressor` alone.
    enum Choice: String, ExpressibleByArgument, CaseIterable {
        case xz, gzip, zstd

        var compressor: Compressor {
            switch self {
            case .xz: .xz
            case .gzip: .gzip
            case .zstd: .zstd
            }
        }
    }

    @Option(name: .long, help: ArgumentHelp("The build: an id, a tag or \"latest\".", valueName: "id"))
    var build: String?

    @Option(name: .long, help: "The architecture; all that the build has where this is not given.")
    var arch: String?

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Only these of the build's files.", valueName: "artifact"))
    var artifact: [String] = []

    @Option(help: "The compressor, whatever image.yaml says.")
    var compressor: Choice?

    @Option(help: "The direction.")
    var mode: Mode?

    @Flag(help: "Compress with gzip -1.")
    var fast = false

    @OptionGroup var workdir: WorkdirOption
    @OptionGroup var progress: ProgressOption
    @OptionGroup var output: JSONOption

    /// Does it, in the direction of the command's name where `--mode` says no other.
    func run(_ standard: Mode) async throws {
        var options = CompressionOptions()
        options.build = build
        options.arch = arch
        options.artifacts = artifact
        options.compressor = compressor?.compressor
        options.fast = fast
        let mode = mode ?? standard
        let directory = try workdir.open()
        let results = try await progress.run(mode.rawValue, in: directory, json: output.json) { reporter in
            switch mode {
            case .compress: try await CompressStep(directory, reporter: reporter).run(options)
            case .uncompress: try await DecompressStep(directory, reporter: reporter).run(options)
            }
        }
        if output.json { print(try JSONReport.text(results)) }
    }
}
