import ArgumentParser
import Builds
import Foundation
import HostSystem
import Pipeline

struct Build: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compose the operating system and wrap it as a container image.",
        discussion: """
            Does nothing where nothing changed since the last build, and says so before any work. Exit status: 0 built, \
            unchanged or already there; 77 unchanged, with --unchanged-exit-77; 1 failure.
            """)

    @Option(help: "The version of the build.")
    var version: String?

    @Flag(help: "Ask the configuration's versionary for a production version.")
    var versionary = false

    @Flag(help: "Build although nothing changed.")
    var force = false

    @Flag(help: "Fail where a package is in no lockfile.")
    var strict = false

    @Option(help: ArgumentHelp("Compare the packages with this build, too.", valueName: "version"))
    var parentBuild: String?

    @Flag(help: "Keep old builds; else the three newest and all tagged ones stay.")
    var skipPrune = false

    @Option(
        help: ArgumentHelp("Use another architecture's packages of this version as the lockfile.", valueName: "version")
    )
    var autolock: String?

    @Option(help: ArgumentHelp("Credentials for registries, as skopeo reads them.", valueName: "file"))
    var authfile: String?

    @Flag(name: .customLong("unchanged-exit-77"), help: "Exit with status 77 where nothing changed.")
    var unchangedExit77 = false

    @Argument(help: .hidden)
    var ignored: [String] = []

    @OptionGroup var workdir: WorkdirOption
    @OptionGroup var progress: ProgressOption
    @OptionGroup var output: JSONOption

    func run() async throws {
        let directory = try workdir.open()
        // Nothing in a build reads a registry by itself; scripts and tools that it runs look here.
        if let authfile { setenv("REGISTRY_AUTH_FILE", authfile, 1) }
        let outcome = try await progress.run("build", in: directory, json: output.json) { reporter in
            try await BuildStep(
                directory, basearch: Architecture.current, options: options, toolVersion: ToolVersion.text,
                reporter: reporter
            ).run()
        }
        try report(outcome, in: directory)
    }

    private var options: BuildOptions {
        var options = BuildOptions()
        options.version = version
        options.versionary = versionary
        options.force = force
        options.strict = strict
        options.parentBuild = parentBuild
        options.skipPrune = skipPrune
        options.autolock = autolock
        return options
    }

    private struct Report: Codable {
        var result: String
        var build: String
        var arch: String
        var inputHash: String?
    }

    private func report(_ outcome: BuildOutcome, in directory: WorkingDirectory) throws {
        let arch = Architecture.current
        let report: Report
        let line: String
        switch outcome {
        case .built(let id):
            let path = directory.buildDirectory(id, arch)
            report = Report(result: "built", build: id, arch: arch)
            line = "Built \(id) (\(arch)): \(path)"
        case .unchanged(let id, let hash):
            report = Report(result: "unchanged", build: id, arch: arch, inputHash: hash)
            line = "Input hash unchanged (\(hash))"
        case .alreadyExists(let id):
            report = Report(result: "already-exists", build: id, arch: arch)
            line = "Build \(id) (\(arch)) already exists"
        }
        print(output.json ? try JSONReport.text(report) : line)
        if report.result == "unchanged", unchangedExit77 { throw ExitCode(77) }
    }
}
