import ArgumentParser
import Foundation
import HostSystem
import SystemPackage
import VirtualMachine

/// `kola check-console`.
struct CheckConsoleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-console", abstract: "Looks for signs of failure in console logs; `-` is standard input.")

    @Argument(help: ArgumentHelp("The logs.", valueName: "file"))
    var files: [String]

    @Flag(name: .shortAndLong, help: "Say so for logs that are clean too.")
    var verbose = false

    @Flag(help: "Print JSON.")
    var json = false

    private struct Entry: Encodable {
        let file: String
        let findings: [ConsolePattern.Finding]
    }

    func run() throws {
        let entries = try files.map { file in
            let bytes = file == "-" ? Array(FileHandle.standardInput.readDataToEndOfFile()) : try Self.read(file)
            return Entry(file: file, findings: ConsolePattern.findings(in: String(decoding: bytes, as: UTF8.self)))
        }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            Output.write(String(decoding: try encoder.encode(entries), as: UTF8.self))
        } else {
            for entry in entries {
                Output.write(entry.findings.map { "\(entry.file): \($0)" })
                if entry.findings.isEmpty, verbose { Output.write("\(entry.file): clean") }
            }
        }
        if entries.contains(where: { !$0.findings.isEmpty }) { throw ExitCode(1) }
    }

    private static func read(_ file: String) throws -> [UInt8] {
        do {
            return try FileContent.read(FilePath(file))
        } catch let error as Errno {
            throw ConsoleFileError(file: file, reason: error)
        }
    }
}

/// A console log that cannot be read.
struct ConsoleFileError: Error, CustomStringConvertible {
    let file: String
    let reason: Errno

    var description: String { "\(file): \(reason)" }
}
