import ArgumentParser
import SystemPackage
import TestRunner

/// `kola run-upgrade`.
struct RunUpgradeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-upgrade", abstract: "Runs the tests that upgrade an old image to a build.",
        discussion: """
            The build is the latest one, or that of --build; the old image is that of the build before it in the working \
            directory, or --qemu-image. The other options are those of `kola run`.
            """)

    @OptionGroup var options: RunCommand

    @Flag(help: "Look for the old image in the working directory, which is done anyway.")
    var findParentImage = false

    @Option(help: .hidden)
    var qemuImageDir: String?

    func validate() throws {
        guard options.selection.exttest.isEmpty else {
            throw ValidationError("--exttest: external tests are run by kola run; upgrades have tests of their own")
        }
        guard qemuImageDir == nil else {
            throw ValidationError(
                "--qemu-image-dir: no images are downloaded, so none are kept; name the old image with --qemu-image")
        }
    }

    func run() async throws {
        let workdir = FilePath(options.selection.workdir)
        let architecture = options.selection.arch
        let target = try UpgradeTarget.find(build: options.image.build, in: workdir, architecture: architecture)
        var command = options
        if command.image.qemuImage == nil {
            command.image.build = try BuildImage.parent(of: target.build, in: workdir, architecture: architecture)
        }
        var run = try command.options()
        run.system.version = target.version
        run.externalDirectories = []
        run.installedTests = nil
        try await command.execute(run, native: UpgradeTests.all(to: target))
    }
}
