/// Upstream's kola takes most options before the subcommand too (`kola -p qemu run`); here they are the subcommand's.
enum LeadingOptions {
    /// The options that take a value as the next word.
    private static let valued: Set<String> = [
        "--output-dir", "-p", "--platform", "-b", "--distro", "-j", "--parallel", "--tapfile", "--basename",
        "--denylist-test", "--denylist-stream", "--tag", "--sharding", "--workdir", "--build", "--arch",
        "--append-ignition", "--append-butane", "--extend-timeout-percentage", "--qemu-image", "--qemu-size",
        "--qemu-memory", "--qemu-firmware", "--qemu-bind-ro", "--qemu-drive-opts", "--qemu-iso", "--log-level", "-E",
        "--exttest", "--variant-id", "--debug-systemd-unit", "--multiply", "--allow-rerun-success", "--ignition-spec",
        "-i",
        "--ignition", "-B", "--butane", "--add-ignition", "--memory", "--add-disk", "--kargs", "--firstbootkargs",
        "--usernet-addr", "--hostname", "--additional-nics", "--netboot", "--netboot-dir", "--console-to-file",
        "--ssh-command", "--port", "--stream", "--nodecount", "--userdata", "--key", "--json-info-fd",
        "--qemu-image-dir", "--oscontainer", "--pxe-kargs",
        "--bind-ro", "--bind-rw",
    ]

    /// Switches that are on by themselves, which upstream's users turn off with `--shell=false`.
    private static let switches = ["shell", "remove", "qemu-swtpm"]

    private static func withoutTruthValues(_ arguments: [String]) -> [String] {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        return arguments[..<end].map { argument in
            for name in switches {
                if argument == "--\(name)=false" { return "--no-\(name)" }
                if argument == "--\(name)=true" { return "--\(name)" }
            }
            return argument
        } + arguments[end...]
    }

    /// `arguments` with the options in front of the subcommand moved behind it.
    static func order(_ arguments: [String], subcommands: Set<String>) -> [String] {
        var index = 0
        while index < arguments.count, arguments[index].hasPrefix("-"), arguments[index] != "--" {
            if ["-h", "--help", "--version"].contains(arguments[index]) { return arguments }
            index += valued.contains(arguments[index]) ? 2 : 1
        }
        let arguments = withoutTruthValues(arguments)
        guard index > 0, index < arguments.count, subcommands.contains(arguments[index]) else { return arguments }
        return [arguments[index]] + arguments[..<index] + arguments[(index + 1)...]
    }
}
