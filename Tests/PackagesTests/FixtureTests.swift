import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@Suite("Fixtures")
struct FixtureTests {
    @Test("A signed repository has packages that rpm can check and metadata with a signature")
    func signedRepository() async throws {
        let directory = try TemporaryDirectory()
        let key = try await SigningKey()
        let package = RPMFixture(
            "foo", preamble: ["Requires: bar >= 2"],
            files: [
                .init("/usr/share/foo", .directory),
                .init("/usr/share/foo/text", .regular("hello\n")),
                .init("/usr/share/foo/same", .hardLink("/usr/share/foo/text")),
                .init("/usr/share/foo/link", .symlink("text")),
                .init("/usr/bin/foo", .regular("#!/bin/sh\n"), mode: 0o4755, directives: ["%caps(cap_net_raw=p)"]),
                .init("/var/lib/foo", .ghost),
            ],
            scriptlets: ["post": "echo post"])
        let repository = try await RepositoryFixture(
            "demo", at: directory.appending("repo"), packages: [package], key: key)
        let query = "%{NAME} %{RSAHEADER:pgpsig} %{BUILDTIME} [%{FILENAMES} %{FILEMODES:octal};]"
        let text = try await Command(
            "rpm",
            [
                "--dbpath", directory.appending("db").string, "-qp", "--nosignature", "--qf", query,
                repository.path.appending("Packages/\(package.fileName)").string,
            ]
        ).run().text
        #expect(text.contains("foo RSA/SHA"))
        #expect(text.contains("1700000000"))
        #expect(text.contains("/usr/bin/foo 104755;"))
        #expect(FileManager.default.fileExists(atPath: repository.path.appending("repodata/repomd.xml.asc").string))
    }
}
