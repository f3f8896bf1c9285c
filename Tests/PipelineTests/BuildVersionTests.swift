import Builds
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import Pipeline

@Suite struct BuildVersionTests {
    /// The version after these builds, which are in the order of builds.json.
    private func next(after builds: [String], manifest: String, options: BuildOptions = BuildOptions()) async throws
        -> String
    {
        let temporary = try TemporaryDirectory()
        try temporary.write(manifest, to: "src/config/manifest.yaml")
        try temporary.write("{}\n", to: "src/config/image.yaml")
        let list = builds.map { #"{"id": "\#($0)", "arches": ["x86_64"]}"# }.joined(separator: ", ")
        try temporary.write(#"{"schema-version": "1.0.0", "builds": [\#(list)]}"#, to: "builds/builds.json")
        let directory = WorkingDirectory(root: temporary.path)
        return try await BuildVersion(
            configuration: try Configuration.load(directory, basearch: "x86_64"), store: BuildStore(directory),
            options: options, reporter: .silent
        ).next(timestamp: 1_700_000_000)
    }

    @Test func theHighestNumberCountsWhateverTheOrder() async throws {
        let manifest = "automatic-version-prefix: '4'\n"
        #expect(try await next(after: [], manifest: manifest) == "4")
        #expect(try await next(after: ["4.9", "4.10", "4.2", "40.99"], manifest: manifest) == "4.11")
        #expect(try await next(after: ["4.dev", "4.0"], manifest: manifest) == "4.1")
        let dated = "automatic-version-prefix: '4.<date:%Y%m%d>'\nautomatic-version-suffix: '-'\n"
        #expect(try await next(after: ["4.20231114-9", "4.20231113-30"], manifest: dated) == "4.20231114-10")
    }

    @Test(arguments: ["", "../1", "-1", "1 2", "1/2"]) func whatIsNoFolderNameIsNoVersion(version: String) async throws
    {
        var options = BuildOptions()
        options.version = version
        await #expect(throws: PipelineError.self) { try await next(after: [], manifest: "{}\n", options: options) }
    }
}
