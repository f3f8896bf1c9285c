import ArgumentParser
import HostSystem
import SystemPackage
import TestRunner
import VirtualMachine

/// `kola bootchart`.
struct BootchartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bootchart", abstract: "Boots a machine and prints a chart of where the time went, as SVG.",
        discussion: "kola bootchart >bootchart.svg. The chart is that of systemd-analyze plot in the guest.")

    @OptionGroup var image: ImageOptions
    @OptionGroup var platform: PlatformOption
    @OptionGroup var appended: AppendOptions

    @Option(name: .customLong("qemu-memory"), help: ArgumentHelp("Memory in MiB.", valueName: "mb"))
    var memory = 1024

    @Option(help: ArgumentHelp("Keep console and journal in this folder.", valueName: "dir"))
    var outputDir: String?

    @Option(help: ArgumentHelp("The working directory of cosa.", valueName: "dir"))
    var workdir = "."

    func run() async throws {
        let (path, build) = try image.image(workdir: workdir, architecture: "x86_64")
        var machine = MachineDescription(
            image: path, primaryDisk: VirtualDisk(size: try image.diskSize()), firmware: try image.firmware(),
            memory: memory)
        machine.hasIgnitionOnDisk = ImagePlatform.readsConfigFromDisk(path)
        var shell = Devshell(machine: machine)
        shell.ignitionSpec = image.newestSpec(ofBuild: build?.ignitionSpec)
        let configs = try appended.configs(newest: shell.ignitionSpec)
        for warning in configs.flatMap(\.warnings) { StandardError.write("warning: \(warning)") }
        shell.provisioning = .merged(configs)
        shell.output = outputDir.map { FilePath($0) }
        Output.write(try await shell.withGuest(tell: { StandardError.write($0) }) { try await Bootchart.svg(of: $0) })
    }
}
