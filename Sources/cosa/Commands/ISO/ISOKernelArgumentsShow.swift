import ArgumentParser

struct ISOKernelArgumentsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Print the kernel arguments.")

    @Flag(name: .shortAndLong, help: "Print those with which the image was made.")
    var `default` = false

    @OptionGroup var input: ISOInput

    func run() async throws {
        let image = try await input.open()
        print(try `default` ? image.defaultKernelArguments : image.kernelArguments)
    }
}
