import ArgumentParser
import Builds
import Pipeline
import SystemPackage

struct BuildExtendNode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "buildextend-node",
        abstract: "Make a node image: a build's container image with one more layer of packages.",
        discussion: """
            The treefile says which packages are added and what is done then (the keys of `rpm-ostree compose \
            treefile-apply`). The packages of the base stay what they are. Without a change of anything that goes into \
            the image nothing is done.
            """)

    @Option(help: ArgumentHelp("The treefile (default: src/config/node/manifest.yaml).", valueName: "file"))
    var manifest: String?

    @Option(
        help: ArgumentHelp(
            "The image to add to: an OCI archive, or oci-archive:, oci:, docker:// or containers-storage: (default: the build's).",
            valueName: "image"))
    var from: String?

    @Option(
        name: .customLong("var"),
        help: ArgumentHelp(
            "A variable of the treefile; osversion is set from the base's os-release (ID-VERSION_ID).",
            valueName: "name=value"))
    var variables: [String] = []

    @Flag(help: "Make the image although nothing changed.")
    var force = false

    @Flag(help: "Refuse packages that no lockfile beside the treefile names.")
    var strict = false

    @Flag(help: "Download the metadata of the treefile's repositories first.")
    var fetch = false

    @OptionGroup var registry: RegistryOptionGroup
    @OptionGroup var build: BuildOption
    @OptionGroup var workdir: WorkdirOption
    @OptionGroup var progress: ProgressOption
    @OptionGroup var output: JSONOption

    func validate() throws { _ = try values() }

    func run() async throws {
        var options = NodeOptions()
        options.build = build.build
        options.manifest = manifest.map { FilePath($0).absolute }
        options.base = from
        options.variables = try values()
        options.force = force
        options.strict = strict
        options.fetch = fetch
        options.registry = try registry.options
        let directory = try workdir.open()
        let outcome = try await progress.run("buildextend-node", in: directory, json: output.json) {
            [options] reporter in
            try await NodeStep(
                directory, basearch: build.arch, toolVersion: ToolVersion.text, reporter: reporter
            ).run(options)
        }
        print(output.json ? try JSONReport.text(outcome) : outcome.path)
    }

    private func values() throws -> [String: String] {
        var values: [String: String] = [:]
        for text in variables {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ValidationError("--var \(text): it must be NAME=VALUE, such as --var osversion=rhel-9.6")
            }
            guard !["basearch", "releasever"].contains(parts[0]) else {
                throw ValidationError("--var \(text): cannot define reserved variable '\(parts[0])'")
            }
            values[String(parts[0])] = String(parts[1])
        }
        return values
    }
}
