import ArgumentParser
import Foundation
import HostSystem
import SystemPackage
import TestRunner
import VirtualMachine

/// `kola qemuexec`.
struct QemuexecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "qemuexec", abstract: "Boots a machine and gives a shell in it; the machine ends with the shell.",
        discussion: """
            The machine has the image of the build, or of --qemu-image, and never writes to it. Where there is neither, \
            or with --netboot, it has an empty disk of 12 GiB (or --qemu-size); then, and with --ignition-direct, no shell \
            can be had, and the serial console is on the terminal.
            """)

    @OptionGroup var image: ImageOptions
    @OptionGroup var machine: MachineOptions
    @OptionGroup var platform: PlatformOption
    @OptionGroup var config: MachineConfigOptions
    @OptionGroup var console: ConsoleOptions
    @OptionGroup var network: NetworkOptions

    @Option(
        name: [.customShort("m"), .long, .customLong("qemu-memory")],
        help: ArgumentHelp("Memory in MiB.", valueName: "mb"))
    var memory = 1024

    @Option(
        name: [.customShort("D"), .long],
        help: ArgumentHelp("One more disk, SIZE[:OPTION,…], such as 5G:mpath (repeatable).", valueName: "disk"))
    var addDisk: [String] = []

    @Option(
        help: ArgumentHelp("Mount this folder of the host read-only (repeatable).", valueName: "host,guest"))
    var bindRo: [String] = []

    @Option(help: ArgumentHelp("Mount this folder of the host (repeatable).", valueName: "host,guest"))
    var bindRw: [String] = []

    @Option(help: ArgumentHelp("Kernel arguments to add (repeatable).", valueName: "arguments"))
    var kargs: [String] = []

    @Option(help: ArgumentHelp("Kernel arguments to add to the first boot.", valueName: "arguments"))
    var firstbootkargs = ""

    @Flag(name: [.customShort("n"), .customLong("numaNodes")], help: "Two NUMA nodes.")
    var numaNodes = false

    @Flag(help: "As many processors as this host has.")
    var autoCpus = false

    @Option(help: "The guest's architecture: x86_64.")
    var arch = "x86_64"

    @Option(help: ArgumentHelp("Keep console and journal in this folder.", valueName: "dir"))
    var outputDir: String?

    @Option(help: ArgumentHelp("The working directory of cosa.", valueName: "dir"))
    var workdir = "."

    @Argument(help: ArgumentHelp("A disk image, and after -- arguments for QEMU.", valueName: "image"))
    var arguments: [String] = []

    /// The size of a disk that nobody gave a size, as upstream has it.
    static let blankSize: Int64 = 12 << 30

    func validate() throws {
        _ = try image.firmware(machine.primaryDisk.sectors)
        guard arch == "x86_64" else {
            throw ValidationError("--arch: there are no machines of the architecture \"\(arch)\" here, only x86_64")
        }
        if console.isDevshell, config.ignitionDirect {
            throw ValidationError("Cannot use devshell with --ignition-direct")
        }
        if console.sshCommand != nil, config.ignitionDirect || network.netboot != nil {
            throw ValidationError("Cannot use --ssh-command with --ignition-direct or --netboot: nobody can log in")
        }
    }

    func run() async throws {
        let (shell, isOnConsole) = try session()
        let tell: @Sendable (String) -> Void = { StandardError.write($0) }
        let status: Int32
        do {
            status = try await isOnConsole ? shell.runOnConsole(tell: tell) : shell.run(tell: tell)
        } catch let error as MachineError where !isOnConsole && error.failedInInitramfs {
            throw MachineError(
                kind: error.kind, reason: "\(error.reason); with --devshell-console you can look around there")
        }
        if status != 0 { throw ExitCode(status) }
    }

    /// The machine and what is in it, and whether somebody is on its console instead of in a shell.
    func session() throws -> (shell: Devshell, isOnConsole: Bool) {
        var options = image
        var more = arguments
        if let first = more.first, first.hasSuffix(".qcow2") {
            if options.qemuImage != nil { throw ValidationError("Multiple disk images provided") }
            options.qemuImage = first
            more.removeFirst()
        }
        if let word = more.first, !word.hasPrefix("-") {
            throw ValidationError("\"\(word)\" is neither an option nor a *.qcow2; arguments for QEMU come after --")
        }
        // With an ISO the disk is empty, unless an image is named.
        let isBlank = network.netboot != nil || machine.qemuIso != nil && options.qemuImage == nil
        let found = try isBlank ? nil : disk(of: options)
        if found == nil, console.devshell, !isBlank { throw ValidationError("No disk image provided") }
        if found == nil, console.sshCommand != nil {
            throw ValidationError("Cannot use --ssh-command without a disk image: nobody can log in")
        }
        let size = try options.diskSize() ?? (found == nil ? Self.blankSize : nil)
        var description = MachineDescription(
            image: found?.path, primaryDisk: VirtualDisk(size: size),
            firmware: try options.firmware(machine.primaryDisk.sectors), memory: memory,
            processors: autoCpus || console.isDevshell ? HostCapacity.processors : numaNodes ? 2 : 1,
            extraArguments: more)
        if numaNodes { description.processors = max(2, description.processors) }
        try network.apply(to: &description, isDevshell: console.isDevshell)
        try machine.apply(to: &description)
        description.additionalDisks = try addDisk.map { try VirtualDisk(parsing: $0) }
        description.sharedFolders =
            try MachineOptions.folders(bindRo, name: "--bind-ro", isReadOnly: true)
            + MachineOptions.folders(bindRw, name: "--bind-rw", isReadOnly: false)
            + (console.isDevshell ? WorkdirFolders.shared(FilePath(workdir)) : [])
        description.hasNUMANodes = numaNodes
        description.kernelArguments = kargs.joined(separator: " ")
        description.firstBootKernelArguments = firstbootkargs
        description.hasIgnitionOnDisk =
            config.injectIgnition || found.map { ImagePlatform.readsConfigFromDisk($0.path) } ?? false
        var shell = Devshell(machine: description)
        shell.ignitionSpec = options.newestSpec(ofBuild: found?.build?.ignitionSpec)
        let pieces: [WellKnownFragment] =
            (console.isDevshell ? [.autologin] : []) + (console.devshellConsole ? [.autoresize] : [])
        let isBare = found == nil && config.isEmpty && pieces.isEmpty
        shell.provisioning = isBare ? .none : try config.provisioning(newest: shell.ignitionSpec, more: pieces)
        shell.command = console.sshCommand
        shell.consoleFile = console.consoleToFile.map { FilePath($0) }
        shell.failsWithInitramfs = console.propagateInitramfsFailure
        shell.output = outputDir.map { FilePath($0) }
        return (shell, found == nil || console.devshellConsole || config.ignitionDirect)
    }

    /// The image; nil where none is named and this is no working directory with builds.
    private func disk(of options: ImageOptions) throws -> (path: FilePath, build: BuildImage?)? {
        let hasBuilds = FileContent.exists(FilePath(workdir).appending("builds/builds.json"))
        guard options.qemuImage != nil || options.build != nil || hasBuilds || console.devshell else { return nil }
        return try options.image(workdir: workdir, architecture: arch, kind: machine.imageKind)
    }
}

extension MachineError {
    /// Whether somebody on the console could find out more.
    fileprivate var failedInInitramfs: Bool {
        kind == .ignition || kind == .console(pattern: ConsolePattern.emergencyShell)
    }
}
