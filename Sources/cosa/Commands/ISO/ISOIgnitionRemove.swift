import ArgumentParser

struct ISOIgnitionRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove the embedded Ignition config.")

    @OptionGroup var output: ISOOutput
    @OptionGroup var input: ISOInput

    func run() async throws {
        var image = try await input.open()
        try image.setIgnitionConfig(nil)
        try output.save(image)
    }
}
