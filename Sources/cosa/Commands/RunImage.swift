import ArgumentParser
import HostSystem

struct RunImage: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Boot the latest build's QEMU image and log in (see cosa run --help).",
        discussion: "It is kola qemuexec --devshell; all arguments are those of kola qemuexec.")

    @Argument(parsing: .captureForPassthrough, help: "The arguments of kola qemuexec.")
    var arguments: [String] = []

    func run() throws { try SiblingTool.execute("kola", ["qemuexec", "--devshell"] + arguments) }
}
