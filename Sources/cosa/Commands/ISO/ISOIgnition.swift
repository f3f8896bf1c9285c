import ArgumentParser

/// `cosa iso ignition`
struct ISOIgnition: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ignition",
        abstract: "Embed an Ignition config in a live ISO image.",
        subcommands: [ISOIgnitionEmbed.self, ISOIgnitionShow.self, ISOIgnitionRemove.self])
}
