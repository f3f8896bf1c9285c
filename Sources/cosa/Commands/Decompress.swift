import ArgumentParser

struct Decompress: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Undo cosa compress; the content is checked.", aliases: ["uncompress"])

    @OptionGroup var arguments: CompressionArguments

    func run() async throws { try await arguments.run(.uncompress) }
}
