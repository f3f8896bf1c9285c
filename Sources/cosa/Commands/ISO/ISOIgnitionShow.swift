import ArgumentParser
import LiveImage
import SystemPackage

struct ISOIgnitionShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the embedded Ignition config.")

    @OptionGroup var input: ISOInput

    func run() async throws {
        let image = try await input.open()
        guard let config = image.ignitionConfig else { throw LiveImageError.noConfig(image.path) }
        _ = try FileDescriptor.standardOutput.writeAll(config)
    }
}
