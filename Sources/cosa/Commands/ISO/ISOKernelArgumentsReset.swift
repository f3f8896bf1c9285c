import ArgumentParser

struct ISOKernelArgumentsReset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Set the kernel arguments with which the image was made.")

    @OptionGroup var output: ISOOutput
    @OptionGroup var input: ISOInput

    func run() async throws {
        var image = try await input.open()
        try image.setKernelArguments(image.defaultKernelArguments)
        try output.save(image)
    }
}
