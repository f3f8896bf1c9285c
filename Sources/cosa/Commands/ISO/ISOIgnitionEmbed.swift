import ArgumentParser
import Foundation
import HostSystem
import Ignition
import LiveImage
import SystemPackage

struct ISOIgnitionEmbed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embed",
        abstract: "Embed an Ignition config.",
        discussion:
            "The config is checked against the specification first; one that is not valid leaves the image as it was.")

    @Flag(name: .shortAndLong, help: "Replace a config that is there.")
    var force = false

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The config; standard input without it.", valueName: "path"),
        completion: .file())
    var ignitionFile: String?

    @OptionGroup var output: ISOOutput
    @OptionGroup var input: ISOInput

    func run() async throws {
        let bytes: [UInt8]
        if let ignitionFile {
            do {
                bytes = try FileContent.read(FilePath(ignitionFile))
            } catch let error as Errno {
                throw LiveImageError.file(FilePath(ignitionFile), operation: "read", reason: "\(error)")
            }
        } else {
            bytes = Array(try FileHandle.standardInput.readToEnd() ?? Data())
        }
        // The image's own Ignition may take any version that is known.
        _ = try IgnitionConfig(parsing: bytes, source: ignitionFile ?? "standard input", newest: .newest)
        var image = try await input.open()
        guard force || image.ignitionConfig == nil else { throw LiveImageError.configPresent(image.path) }
        try image.setIgnitionConfig(bytes)
        try output.save(image)
    }
}
