import ArgumentParser

/// `cosa iso extract`
struct ISOExtract: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract",
        abstract: "Take files out of a live ISO image.",
        subcommands: [ISOExtractPXE.self, ISOExtractMinimal.self])
}
