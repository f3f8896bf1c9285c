/// Upstream's kola takes most options before the subcommand too (`kola -p qemu run`); here they are the subcommand's.
enum LeadingOptions {
    /// The options that take a value as the next word.
    private static let valued: Set<String> = [
        "--output-dir", "-p", "--platform", "-b", "--distro", "-j", "--parallel", "--tapfile", "--basename",
        "--denylist-test", "--denylist-stream", "--tag", "--sharding", "--workdir", "--build", "--arch",
        "--append-ignition", "--append-butane", "--extend-timeout-percentage", "--qemu-image", "--qemu-size",
        "--qemu-memory", "--qemu-firmware", "--qemu-bind-ro", "--qemu-drive-opts", "--qemu-iso", "--log-level", "-E",
        "--exttest",
    ]

    /// Upstream's switches that are on by default are turned off as `--qemu-swtpm=false`.
    static func translate(_ arguments: [String]) -> [String] {
        let words = ["--qemu-swtpm=false": "--no-qemu-swtpm", "--qemu-swtpm=true": "--qemu-swtpm"]
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        return arguments[..<end].map { words[$0] ?? $0 } + arguments[end...]
    }

    /// `arguments` with the options in front of the subcommand moved behind it.
    static func order(_ arguments: [String], subcommands: Set<String>) -> [String] {
        var index = 0
        while index < arguments.count, arguments[index].hasPrefix("-"), arguments[index] != "--" {
            if ["-h", "--help", "--version"].contains(arguments[index]) { return arguments }
            index += valued.contains(arguments[index]) ? 2 : 1
        }
        guard index > 0, index < arguments.count, subcommands.contains(arguments[index]) else { return arguments }
        return [arguments[index]] + arguments[..<index] + arguments[(index + 1)...]
    }
}
