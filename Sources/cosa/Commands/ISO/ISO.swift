import ArgumentParser

/// `cosa iso`: what coreos-installer's `iso` does to a live ISO image, with its options.
struct ISO: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "iso",
        abstract: "Change a live ISO image, or take it apart.",
        subcommands: [ISOIgnition.self, ISOKernelArguments.self, ISOExtract.self])
}
