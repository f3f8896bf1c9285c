import HostSystem
import TestSupport
import Testing

@testable import Pipeline

@Suite struct ConfigCommitTests {
    private func git(_ folder: TemporaryDirectory, _ arguments: String...) async throws {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-C", folder.path.string]
        try await Command(
            "git", identity + arguments,
            environment: ["GIT_COMMITTER_DATE": "1700000000 +0000", "GIT_AUTHOR_DATE": "1600000000 +0000"]
        ).run()
    }

    @Test func aCheckoutSaysWhereItStands() async throws {
        let folder = try TemporaryDirectory()
        try await git(folder, "init", "-q", "-b", "devel")
        try folder.write("a", to: "manifest.yaml")
        try await git(folder, "add", ".")
        try await git(folder, "commit", "-qm", "first")
        try await git(folder, "remote", "add", "origin", "https://user:secret@example.com/config.git")
        let clean = try #require(await ConfigCommit.of(folder.path))
        #expect(clean.time == 1_700_000_000)
        #expect(clean.revision.branch == "devel")
        #expect(clean.revision.origin == "https://example.com/config.git")
        #expect(clean.revision.dirty == false)
        try folder.write("b", to: "manifest.yaml")
        #expect(await ConfigCommit.of(folder.path)?.revision.dirty == true)
    }

    @Test func aPlainFolderHasNone() async throws {
        let folder = try TemporaryDirectory()
        #expect(await ConfigCommit.of(folder.path) == nil)
    }

    @Test(arguments: [
        ("https://example.com/a@b", "https://example.com/a@b"), ("git@example.com:a", "git@example.com:a"),
        ("ssh://git@example.com/a", "ssh://example.com/a"), ("/srv/config", "/srv/config"),
    ])
    func credentialsAreCutOutOfURLsOnly(_ url: String, expected: String) {
        #expect(ConfigCommit.withoutCredentials(url) == expected)
    }
}
