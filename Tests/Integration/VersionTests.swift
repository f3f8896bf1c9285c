import Builds
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

/// Where a build's version comes from.
@Suite struct VersionTests {
    private let epoch: [String: String?] = ["SOURCE_DATE_EPOCH": "1767225600"]

    @Test func theSchemeCountsUpWithinADay() async throws {
        let workspace = try await Workspace()
        try await workspace.cosa("build", environment: epoch).succeeded()
        let unchanged = try await workspace.cosa("build", environment: epoch).succeeded()
        #expect(unchanged.output.text.contains("Input hash unchanged ("))
        let forced = try await workspace.cosa("build", "--force", environment: epoch).succeeded()
        for line in ["Previous input hash: ", "Input hash unchanged (", "Importing new build anyway (--force)"] {
            #expect(forced.output.text.contains(line) || forced.output.standardError.contains(line))
        }
        let list = try await workspace.cosa("list").succeeded()
        #expect(list.output.text.contains("1.0.20260101.0"))
        #expect(list.output.text.contains("1.0.20260101.1"))
        #expect(FileContent.linkTarget(workspace.builds.appending("latest")) == "1.0.20260101.1")
    }

    @Test func aVersionThatIsThereIsNotBuiltAgain() async throws {
        let workspace = try await Workspace()
        try await workspace.cosa("build", "--version", "7.1").succeeded()
        let again = try await workspace.cosa("build", "--version", "7.1", "--force").succeeded()
        #expect(again.output.text.hasSuffix("Build 7.1 (\(Architecture.current)) already exists"))
    }

    @Test func aBuildLeavesTheThreeNewestAndTheTagged() async throws {
        let workspace = try await Workspace()
        for version in 1...5 {
            try await workspace.cosa("build", "--force", "--version", "\(version)").succeeded()
            if version == 1 { try await workspace.cosa("tag", "update", "--tag", "good").succeeded() }
        }
        #expect(FileContent.names(in: workspace.builds) == ["1", "3", "4", "5", "builds.json", "latest"])
    }

    @Test func aVersionaryIsAsked() async throws {
        let workspace = try await Workspace()
        try workspace.write(
            "#!/bin/sh\ncase \"$*\" in *--dev*) echo 1.2.dev3;; *) echo 1.2.3;; esac\n", to: "versionary", mode: 0o755)
        try await workspace.cosa("build").succeeded()
        try await workspace.cosa("build", "--versionary", "--force").succeeded()
        let list = try await workspace.cosa("list").succeeded()
        #expect(list.output.text.contains("1.2.dev3"))
        #expect(list.output.text.contains("1.2.3"))
    }

    @Test func sameInputsGiveTheSameCommitAndTheSameArchive() async throws {
        let workspace = try await Workspace()
        func build() async throws -> [String] {
            try await workspace.cosa("build", "--version", "1", environment: epoch).succeeded()
            let commit = try await workspace.cosa("meta", "--get-value", "ostree-commit").succeeded()
            let archive = try await workspace.cosa("meta", "--image-path", "ostree").succeeded()
            return [commit.output.text, try Digest.ofFile(FilePath(archive.output.text))]
        }
        let first = try await build()
        try await workspace.cosa("clean", "--all").succeeded()
        #expect(try await build() == first)
    }
}
