import ArgumentParser
import Builds
import DiskImage
import HostSystem
import Pipeline

struct BuildExtend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "buildextend",
        abstract: "Make disk images of a build.",
        discussion: """
            `cosa buildextend-qemu` and `cosa osbuild qemu` are the same. Platforms: \
            \(DiskStep.platforms(basearch: Architecture.current).joined(separator: ", ")); `cosa platforms` tells more \
            about them. `live` makes the live ISO image and its parts for a network boot, after metal and metal4k, which \
            it installs.
            """,
        aliases: ["osbuild"])

    @Argument(help: "The platforms.")
    var platforms: [String] = []

    @Flag(help: "Make images anew that are there, from the commit on.")
    var force = false

    @Option(help: ArgumentHelp("qemu-secex: the virtual machine that runs genprotimg.", valueName: "image"))
    var genprotimgvm: String?

    @Option(help: ArgumentHelp("qemu-secex: the key document of the host.", valueName: "file"))
    var hostkey: String?

    @Flag(help: "List the platforms.")
    var supportedPlatforms = false

    @Option(
        help: """
            What writes an xfs or btrfs root, where a raw image has to be made: a loop device, which needs root, or \
            libguestfs.
            """)
    var backend = Backend.auto

    @OptionGroup var build: BuildOption
    @OptionGroup var workdir: WorkdirOption
    @OptionGroup var progress: ProgressOption
    @OptionGroup var output: JSONOption

    /// `--backend`.
    enum Backend: String, CaseIterable, ExpressibleByArgument {
        case auto, loop, libguestfs

        /// Nil for what works here.
        var choice: FilesystemBackend? { FilesystemBackend(rawValue: rawValue) }
    }

    func validate() throws {
        guard supportedPlatforms || !platforms.isEmpty else {
            throw ValidationError("which platform? For example: cosa buildextend-qemu")
        }
    }

    func run() async throws {
        if supportedPlatforms {
            let names = DiskStep.platforms(basearch: build.arch) + [LiveStep.platform]
            print(output.json ? try JSONReport.text(names) : names.joined(separator: "\n"))
            return
        }
        let directory = try workdir.open()
        let results = try await progress.run("buildextend", in: directory, json: output.json) { reporter in
            try await extend(directory, reporter)
        }
        if output.json {
            print(try JSONReport.text(results))
        } else {
            for result in results { print(result.path) }
        }
    }

    private func extend(_ directory: WorkingDirectory, _ reporter: Reporter) async throws -> [DiskStep.Result] {
        var results: [DiskStep.Result] = []
        let disks = platforms.filter { $0 != LiveStep.platform }
        if !disks.isEmpty {
            let step = DiskStep(
                directory, basearch: build.arch, toolVersion: ToolVersion.text, reporter: reporter,
                backend: backend.choice)
            results += try await step.run(
                platforms: disks, build: build.build, force: force, genprotimgVM: genprotimgvm, hostKey: hostkey)
        }
        if disks.count < platforms.count {
            let step = LiveStep(
                directory, basearch: build.arch, toolVersion: ToolVersion.text, reporter: reporter,
                backend: backend.choice)
            results += try await step.run(build: build.build, force: force)
        }
        return results
    }
}
