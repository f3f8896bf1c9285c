import ArgumentParser

/// `cosa iso kargs`
struct ISOKernelArguments: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kargs",
        abstract: "Change the kernel arguments of a live ISO image.",
        subcommands: [
            ISOKernelArgumentsModify.self, ISOKernelArgumentsReset.self, ISOKernelArgumentsShow.self,
        ])
}
