import ArgumentParser
import Foundation
import LiveImage
import SystemPackage

/// The image that a command reads.
struct ISOInput: ParsableArguments {
    @Argument(help: "The ISO image.", completion: .file(extensions: ["iso"]))
    var iso: String

    /// Reads it.
    func open() async throws -> LiveISOImage { try await LiveISOImage(FilePath(iso)) }
}

/// Where a changed image goes.
struct ISOOutput: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write a changed copy, to a new file or to standard output (-).", valueName: "path"))
    var output: String?

    /// Writes it.
    func save(_ image: LiveISOImage) throws {
        if output == "-" {
            try image.stream(to: .standardOutput)
        } else {
            try image.save(to: output.map { FilePath($0) })
        }
    }
}
