import ArgumentParser
import HostSystem
import SystemPackage

struct KolaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kola", abstract: "Test the latest build: cosa kola run basic (see cosa kola --help).",
        discussion: "All arguments are kola's.")

    @Argument(parsing: .captureForPassthrough, help: "kola's arguments.")
    var arguments: [String] = []

    func run() throws { try SiblingTool.execute("kola", Self.order(arguments)) }

    /// coreos-assembler takes options of a run before the verb (`cosa kola --build X run basic`); kola takes them after it.
    static func order(_ arguments: [String]) -> [String] {
        let valued: Set = ["--build", "--output-dir", "--workdir"]
        var leading: [String] = []
        var rest = arguments[...]
        while let option = rest.first, valued.contains(where: { option == $0 || option.hasPrefix("\($0)=") }) {
            let count = valued.contains(option) ? 2 : 1
            leading += rest.prefix(count)
            rest = rest.dropFirst(count)
        }
        guard let verb = rest.first, !leading.isEmpty else { return arguments }
        return [verb] + leading + rest.dropFirst()
    }
}
