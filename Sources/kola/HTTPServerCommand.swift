import ArgumentParser
import SystemPackage
import TestRunner

/// `kola http-server`.
struct HTTPServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "http-server", abstract: "Serves the files in the current folder by HTTP, for guests.",
        discussion: "A guest reaches it as http://10.0.2.2:PORT/ where it reaches the internet. Ctrl-C ends it.")

    @Option(name: [.customShort("P"), .long], help: ArgumentHelp("The port; 0 for a free one.", valueName: "n"))
    var port = 8000

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port: \(port) is no port") }
    }

    func run() async throws {
        do {
            try await FileServer(folder: ".").serve(port: port) { Output.write("Serving HTTP on port: \($0)") }
        } catch is CancellationError {
            return
        }
    }
}
