import Builds
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import Pipeline

@Suite struct CommitCleanupTests {
    @Test func aPrunedBuildsCommitGoesWithItsRefsAndObjects() async throws {
        let temporary = try TemporaryDirectory()
        let tree = try await OSTreeFixture(in: temporary)
        let directory = WorkingDirectory(root: temporary.path)
        try FileContent.createDirectory(directory.temporary)
        try await Command("mv", [tree.repository.string, directory.repository.string]).run()
        func ostree(_ arguments: String...) async throws -> Command.Output {
            try await Command("ostree", ["--repo=\(directory.repository)"] + arguments).capture()
        }
        let newer = try await ostree(
            "commit", "--branch=builds/2/x86_64", "--tree=ref=\(tree.commit)", "--add-metadata-string=version=2"
        ).text
        let base = try await ostree("commit", "--branch=bases/0", "--tree=ref=\(tree.commit)", "--subject=base").text
        // An import that replaced build 1 was killed before it moved the build's ref.
        let replaced = try await ostree(
            "commit", "--branch=builds/1/x86_64", "--tree=ref=\(tree.commit)", "--subject=replaced"
        ).text
        _ = try await ostree("refs", "--create=importing/1/x86_64", tree.commit)
        for (build, commit) in [("1", tree.commit), ("2", newer)] {
            try temporary.write("{\"ostree-commit\": \"\(commit)\"}", to: "builds/\(build)/x86_64/meta.json")
        }
        try temporary.write(
            #"{"schema-version": "1.0.0", "builds": [{"id": "2", "arches": ["x86_64"]}, {"id": "1", "arches": ["x86_64"]}]}"#,
            to: "builds/builds.json")
        try CommitCleanup.run(try BuildStore(directory).prunePlan(keepLast: 1), in: directory)
        #expect(try await ostree("refs").text == "builds/2/x86_64")
        #expect(try await ostree("show", tree.commit).status != 0)
        #expect(try await ostree("show", base).status != 0)
        #expect(try await ostree("show", replaced).status != 0)
        #expect(try await ostree("fsck", "--quiet").status == 0)
    }
}
