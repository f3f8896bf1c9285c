import ArgumentParser
import Foundation
import HostSystem
import Ignition
import SystemPackage
import TestRunner
import VirtualMachine

/// `kola qemuexec`.
struct QemuexecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "qemuexec", abstract: "Boots an image and gives a shell in it; the machine ends with the shell.")

    @OptionGroup var image: ImageOptions
    @OptionGroup var machine: MachineOptions

    @Option(
        name: [.customShort("i"), .long], help: ArgumentHelp("An Ignition config for the machine.", valueName: "file"))
    var ignition: String?

    @Option(name: [.customShort("m"), .long], help: ArgumentHelp("Memory in MiB.", valueName: "mb"))
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

    @Option(help: ArgumentHelp("Network cards besides the first.", valueName: "n"))
    var additionalNics = 0

    @Option(help: ArgumentHelp("Kernel arguments to add.", valueName: "arguments"))
    var kargs = ""

    @Option(help: ArgumentHelp("Kernel arguments to add to the first boot.", valueName: "arguments"))
    var firstbootkargs = ""

    @Flag(name: [.customShort("n"), .customLong("numaNodes")], help: "Two NUMA nodes.")
    var numaNodes = false

    @Flag(help: "As many processors as this host has.")
    var autoCpus = false

    @Flag(name: [.customShort("U"), .long], help: "The guest reaches the internet.")
    var usernet = false

    @Option(help: "The guest's name by DHCP.")
    var hostname: String?

    @Option(
        name: [.customShort("x"), .long],
        help: ArgumentHelp("Run this in the guest instead of a shell.", valueName: "command"))
    var sshCommand: String?

    @Option(help: ArgumentHelp("Keep console and journal in this folder.", valueName: "dir"))
    var outputDir: String?

    @Option(help: ArgumentHelp("The working directory of cosa.", valueName: "dir"))
    var workdir = "."

    @Argument(help: ArgumentHelp("A disk image, and after -- arguments for QEMU.", valueName: "image"))
    var arguments: [String] = []

    func run() async throws {
        var options = image
        var more = arguments
        if let first = more.first, first.hasSuffix(".qcow2"), options.qemuImage == nil {
            options.qemuImage = first
            more.removeFirst()
        }
        if let word = more.first, !word.hasPrefix("-") {
            throw ValidationError("\"\(word)\" is neither an option nor a *.qcow2; arguments for QEMU come after --")
        }
        // With an ISO the disk is empty, unless an image is named.
        let path: FilePath? =
            options.qemuImage == nil && machine.qemuIso != nil
            ? nil : try options.image(workdir: workdir, architecture: "x86_64").path
        var description = MachineDescription(
            image: path, primaryDisk: VirtualDisk(size: try options.diskSize()), firmware: options.qemuFirmware,
            memory: memory, processors: autoCpus ? HostCapacity.processors : numaNodes ? 2 : 1, internet: usernet,
            hostname: hostname, extraArguments: more)
        description.additionalDisks = try addDisk.map { try VirtualDisk(parsing: $0) }
        description.additionalNetworkCards = additionalNics
        description.hasNUMANodes = numaNodes
        description.kernelArguments = kargs
        description.firstBootKernelArguments = firstbootkargs
        try machine.apply(to: &description)
        description.sharedFolders =
            try MachineOptions.folders(bindRo, name: "--bind-ro", isReadOnly: true)
            + MachineOptions.folders(bindRw, name: "--bind-rw", isReadOnly: false)
        var shell = Devshell(machine: description)
        if let ignition {
            let file = FilePath(ignition)
            shell.ignition = try IgnitionConfig(parsing: try FileContent.read(file), source: ignition)
        }
        shell.command = sshCommand
        shell.output = outputDir.map { FilePath($0) }
        let status = try await shell.run { StandardError.write($0) }
        if status != 0 { throw ExitCode(status) }
    }
}
