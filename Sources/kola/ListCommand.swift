import ArgumentParser
import Foundation
import HostSystem
import SystemPackage
import TestRunner

/// `kola list`.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the tests that would run.")

    @OptionGroup var selection: SelectionOptions

    @Flag(help: "Print JSON, with all metadata of each test.")
    var json = false

    private struct Entry: Encodable {
        let name: String
        let external: Bool
        let firmware: String?
        let problem: String?
        let metadata: TestMetadata
    }

    func run() throws {
        var options = RunOptions(image: "")
        options.externalDirectories = selection.externalDirectories
        let run = TestRun(options) { event in
            for line in event.lines { StandardError.write(line) }
        }
        let tests = try selection.selection(buildDistro: nil).select(from: try run.availableTests())
        guard json else { return Output.write(tests.map(\.name)) }
        let entries = tests.map { test in
            Entry(
                name: test.name, external: test.isExternal, firmware: test.firmware?.rawValue, problem: test.problem,
                metadata: test.metadata)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Output.write(String(decoding: try encoder.encode(entries), as: UTF8.self))
    }
}
