import ArgumentParser
import Foundation
import HostSystem
import SystemPackage
import TestRunner

/// `kola list`.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the tests.",
        discussion: """
            All of them, unless patterns, tags, a platform (-p), a distribution (-b) or an architecture (--arch) choose. \
            Each line is a name; --json has all that a test says about itself.
            """)

    @OptionGroup var selection: SelectionOptions

    @Flag(help: "Print JSON, with all metadata of each test.")
    var json = false

    /// The keys in capitals are those of upstream's list.
    private struct Entry: Encodable {
        enum CodingKeys: String, CodingKey {
            case upstreamName = "Name"
            case platforms = "Platforms"
            case architectures = "Architectures"
            case distros = "Distros"
            case tags = "Tags"
            case description = "Description"
            case name, external, firmware, problem, metadata
        }

        let upstreamName: String
        let platforms: [String]
        let architectures: [String]
        let distros: [String]
        let tags: [String]
        let description: String
        let name: String
        let external: Bool
        let firmware: String?
        let problem: String?
        let metadata: TestMetadata

        init(_ test: KolaTest) {
            (name, upstreamName) = (test.name, test.name)
            metadata = test.metadata
            platforms = Self.names(metadata.platforms, of: KnownNames.platforms)
            architectures = Self.names(metadata.architectures, of: KnownNames.architectures)
            distros = Self.names(metadata.distros, of: KnownNames.distros)
            tags = (test.isExternal ? [SpecialTag.external] : []) + metadata.tags
            description = metadata.description ?? ""
            external = test.isExternal
            firmware = test.firmware?.rawValue
            problem = test.problem
        }

        private static func names(_ list: InclusionList?, of all: [String]) -> [String] {
            guard let list, !list.names.isEmpty else { return all }
            return list.isExclusion ? all.filter(list.contains) : list.names
        }
    }

    func run() throws {
        var options = RunOptions(image: "")
        selection.applySources(to: &options)
        let run = TestRun(options) { event in
            for line in event.lines { StandardError.write(line) }
        }
        var wanted = try selection.selection(buildDistro: nil, isListing: true)
        wanted.includesRequiredTags = true
        let denied = options.denied.map { Glob($0) }
        let tests = try wanted.select(from: try run.availableTests()).filter { test in
            !denied.contains { $0.matches(test.name) }
        }
        guard json else { return Output.write(tests.map(\.name)) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Output.write(String(decoding: try encoder.encode(tests.map(Entry.init)), as: UTF8.self))
    }
}
