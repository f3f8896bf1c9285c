import ArgumentParser
import ContainerImage
import Foundation
import SystemPackage
import TestRunner
import VirtualMachine

/// `kola run`.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Runs tests.")

    @OptionGroup var selection: SelectionOptions
    @OptionGroup var image: ImageOptions
    @OptionGroup var machine: MachineOptions
    @OptionGroup var live: LiveOptions
    @OptionGroup var repetition: RepetitionOptions
    @OptionGroup var appended: AppendOptions

    @Option(help: ArgumentHelp("The output folder; it must be new, or one that kola made.", valueName: "dir"))
    var outputDir: String?

    @Option(
        name: [.customShort("j"), .long],
        help: ArgumentHelp("How many tests at the same time, or auto.", valueName: "n"))
    var parallel: Parallel = Parallel(value: .count(1))

    @Flag(help: "Boot a machine for each test, instead of one for all that can start from a copy of it.")
    var noFork = false

    @Option(help: ArgumentHelp("Copy test.tap to this file too.", valueName: "file"))
    var tapfile: String?

    @Option(
        help: ArgumentHelp(
            "Move each machine to the OS in this container image before its tests: an .ociarchive, or a transport and a name.",
            valueName: "image"))
    var oscontainer: String?

    @Option(help: ArgumentHelp("Memory of the machines in MiB.", valueName: "mb"))
    var qemuMemory: Int?

    @Option(
        help: ArgumentHelp(
            "Mount this folder of the host read-only in every guest (repeatable).", valueName: "host,guest"))
    var qemuBindRo: [String] = []

    @Option(help: ArgumentHelp("All limits of time are longer by this many percent.", valueName: "n"))
    var extendTimeoutPercentage = 0

    @Option(
        help: ArgumentHelp("What VARIANT_ID in the guest's os-release must be; empty for anything.", valueName: "id"))
    var variantID = "coreos"

    @Flag(help: "Open a shell in the machine of a test that fails, on this terminal, before the machine ends.")
    var sshOnTestFailure = false

    @Flag(name: .customLong("on-warn-failure-exit-77"), help: "Exit with 77 when only tests failed that are known to.")
    var onWarnFailureExit77 = false

    func validate() throws {
        if sshOnTestFailure, !FailureShell.hasTerminal {
            throw ValidationError(
                "--ssh-on-test-failure opens a shell on the terminal, but standard input or output is none")
        }
        _ = try image.firmware(machine.primaryDisk.sectors)
        guard extendTimeoutPercentage >= 0 else {
            throw ValidationError("--extend-timeout-percentage must not be negative")
        }
    }

    func run() async throws { try await execute(try options()) }

    /// Runs tests and ends with what came of them.
    ///
    /// - Parameter native: the tests besides the external ones.
    func execute(_ options: RunOptions, native: [KolaTest] = NativeTests.all) async throws {
        var options = options
        let display = repetition.display
        if sshOnTestFailure {
            let shell = FailureShell(display: display)
            options.onFailure = { await shell.open($0) }
        }
        let run = TestRun(options, native: native, tell: display.show)
        let summary = try await display.whileShown { try await run.run() }
        switch summary.outcome {
        case .fail: throw ExitCode(1)
        case .warn where onWarnFailureExit77: throw ExitCode(77)
        default: return
        }
    }

    /// What machines boot from, and its build where it is of one.
    ///
    /// - Returns: also why there is no disk image, where the build has a live ISO only.
    private func bootImage() throws -> (path: FilePath, build: BuildImage?, problem: TestRunnerError?) {
        let isLive = try selection.platform.map(KnownNames.platform) == TestSelection.isoPlatform
        if isLive, let iso = machine.qemuIso { return (FilePath(iso), nil, nil) }
        guard !isLive || image.qemuImage == nil else {
            throw ValidationError(
                "--qemu-image: machines of the platform qemu-iso boot an ISO; name one with --qemu-iso")
        }
        func find(_ kind: BuildImage.Kind) throws -> (path: FilePath, build: BuildImage?) {
            try image.image(workdir: selection.workdir, architecture: selection.arch, kind: kind)
        }
        do {
            let found = try find(isLive ? .liveISO : machine.imageKind)
            return (found.path, found.build, nil)
        } catch let problem as TestRunnerError where !isLive {
            guard let found = try? find(.liveISO) else { throw problem }
            return (found.path, found.build, problem)
        }
    }

    /// What to run, and how.
    func options() throws -> RunOptions {
        let (path, build, problem) = try bootImage()
        var options = RunOptions(image: path)
        options.imageProblem = problem
        options.iso = build?.liveISO
        options.live = build?.live
        live.apply(to: &options)
        options.containerArchive = build?.containerArchive
        options.container = try oscontainer.map { try ImageSource(osContainer: $0) }
        options.selection = try selection.selection(buildDistro: build?.name)
        selection.applySources(to: &options)
        try repetition.apply(to: &options)
        try machine.apply(to: &options)
        options.durations = DurationStore.standard(workdir: FilePath(selection.workdir))
        options.denylist = selection.denylist
        options.stream = selection.denylistStream ?? build?.stream
        options.system = SystemUnderTest(version: build?.version, variant: variantID.isEmpty ? nil : variantID)
        options.firmware = try image.firmware(machine.primaryDisk.sectors)
        options.hasIgnitionOnDisk = ImagePlatform.readsConfigFromDisk(path)
        options.memory = qemuMemory
        options.sharedFolders = try MachineOptions.folders(qemuBindRo, name: "--qemu-bind-ro", isReadOnly: true)
        options.diskSize = try image.diskSize()
        options.ignitionSpec = image.newestSpec(ofBuild: build?.ignitionSpec)
        options.appended = try appended.configs(newest: options.ignitionSpec)
        options.parallel = parallel.value
        options.forks = !noFork
        options.extendTimeoutPercentage = extendTimeoutPercentage
        options.outputDirectory = outputDir.map { FilePath($0) }
        options.tapFile = tapfile.map { FilePath($0) }
        options.commandLine = CommandLine.arguments
        return options
    }
}

/// `N` or `auto`.
struct Parallel: ExpressibleByArgument {
    let value: RunOptions.Parallelism

    init(value: RunOptions.Parallelism) { self.value = value }

    init?(argument: String) {
        if argument == "auto" {
            value = .auto
        } else if let count = Int(argument), count > 0 {
            value = .count(count)
        } else {
            return nil
        }
    }

    var defaultValueDescription: String {
        switch value {
        case .auto: "auto"
        case .count(let count): "\(count)"
        }
    }
}

extension ImageSource {
    /// What `--oscontainer` names: the path of an OCI archive, an image as skopeo names it, or one as rpm-ostree does
    /// (`ostree-unverified-registry:HOST/PATH`).
    ///
    /// - Throws: `ContainerImageError` for what is none of them.
    init(osContainer text: String) throws {
        for (prefix, transport) in [
            ("ostree-unverified-registry:", "docker://"), ("ostree-unverified-image:", ""),
            ("ostree-image-signed:", ""),
        ] where text.hasPrefix(prefix) {
            try self.init(transport + text.dropFirst(prefix.count))
            return
        }
        try self.init(text.hasSuffix(".ociarchive") && !text.hasPrefix("oci-archive:") ? "oci-archive:\(text)" : text)
    }
}
