import ArgumentParser

/// What somebody who boots a machine sees of it.
struct ConsoleOptions: ParsableArguments {
    @Flag(
        help: """
            A shell for development: also the internet, all processors, the name cosa-devsh, and whoever is at the console is \
            logged in. cosa run is this.
            """)
    var devshell = false

    @Flag(
        name: [.customShort("c"), .long],
        help: "The same with the serial console on the terminal instead of a shell by SSH; Ctrl-a x ends the machine.")
    var devshellConsole = false

    @Option(help: ArgumentHelp("Write the serial console to this file.", valueName: "file"))
    var consoleToFile: String?

    @Flag(help: "On the console, fail where the system fails in the initramfs (a shell always does).")
    var propagateInitramfsFailure = false

    @Option(
        name: [.customShort("x"), .long],
        help: ArgumentHelp("Run this in the guest instead of a shell.", valueName: "command"))
    var sshCommand: String?

    var isDevshell: Bool { devshell || devshellConsole }

    func validate() throws {
        if devshellConsole, consoleToFile != nil {
            throw ValidationError("Cannot use console devshell and --console-to-file")
        }
        if devshellConsole, sshCommand != nil {
            throw ValidationError("Cannot use --devshell-console with --ssh-command, which needs no console")
        }
    }
}
