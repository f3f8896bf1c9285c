import ArgumentParser
import HostSystem
import LiveImage

struct ISOKernelArgumentsModify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "modify", abstract: "Delete, add and replace kernel arguments, in this order.")

    @Option(name: .shortAndLong, help: ArgumentHelp("Add an argument at the end.", valueName: "karg"))
    var append: [String] = []
    @Option(name: .shortAndLong, help: ArgumentHelp("Delete an argument.", valueName: "karg"))
    var delete: [String] = []
    @Option(name: .shortAndLong, help: ArgumentHelp("Give an argument another value.", valueName: "key=old=new"))
    var replace: [String] = []

    @OptionGroup var output: ISOOutput
    @OptionGroup var input: ISOInput

    func run() async throws {
        var image = try await input.open()
        var edit = KernelArgumentEdit()
        (edit.deleted, edit.appended, edit.replaced) = (delete, append, replace)
        let arguments = try edit.apply(to: image.kernelArguments) { StandardError.write("warning: \($0)") }
        try image.setKernelArguments(arguments)
        try output.save(image)
    }
}
