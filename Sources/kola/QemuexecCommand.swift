import ArgumentParser
import Foundation
import HostSystem
import SystemPackage
import TestRunner
import VirtualMachine

/// `kola qemuexec`.
struct QemuexecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "qemuexec", abstract: "Boots an image and gives a shell in it; the machine ends with the shell.")

    @OptionGroup var image: ImageOptions

    @OptionGroup var config: MachineConfigOptions

    @Option(name: [.customShort("m"), .long], help: ArgumentHelp("Memory in MiB.", valueName: "mb"))
    var memory = 1024

    @Option(
        name: [.customShort("D"), .long],
        help: ArgumentHelp("One more disk, SIZE[:OPTION,…], such as 5G:mpath (repeatable).", valueName: "disk"))
    var addDisk: [String] = []

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
        let (path, build) = try options.image(workdir: workdir, architecture: "x86_64")
        var machine = MachineDescription(
            image: path, primaryDisk: VirtualDisk(size: try options.diskSize()), firmware: options.qemuFirmware,
            memory: memory, processors: autoCpus ? HostCapacity.processors : numaNodes ? 2 : 1, internet: usernet,
            hostname: hostname, extraArguments: more)
        machine.additionalDisks = try addDisk.map { try VirtualDisk(parsing: $0) }
        machine.additionalNetworkCards = additionalNics
        machine.hasNUMANodes = numaNodes
        machine.kernelArguments = kargs
        machine.firstBootKernelArguments = firstbootkargs
        var shell = Devshell(machine: machine)
        shell.ignitionSpec = options.newestSpec(ofBuild: build?.ignitionSpec)
        shell.configs = try config.configs(newest: shell.ignitionSpec)
        shell.command = sshCommand
        shell.output = outputDir.map { FilePath($0) }
        let status = try await shell.run { StandardError.write($0) }
        if status != 0 { throw ExitCode(status) }
    }
}
