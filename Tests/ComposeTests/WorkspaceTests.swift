import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import Compose

@Suite("Workspace")
struct WorkspaceTests {
    @Test("What a killed run left mounted is gone before the next one")
    func leftMounted() async throws {
        let directory = try TemporaryDirectory()
        let workspace = Workspace(directory: directory.appending("work"))
        try await workspace.prepare()
        try FileManager.default.createDirectory(
            atPath: workspace.lower.string, withIntermediateDirectories: false)
        try await workspace.mount()
        try Data("x".utf8).write(to: URL(fileURLWithPath: workspace.merged.appending("file").string))

        try await workspace.prepare()
        #expect(try sortedNames(workspace.upper) == [] && sortedNames(workspace.merged) == [])
        #expect(try !String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8).contains(workspace.merged.string))
        try await workspace.remove()
        #expect(try FileStatus.of(workspace.directory) == nil)
    }

    @Test("Everything that a script can do to files comes back into the tree, and not into the cache")
    func fold() async throws {
        let fixture = try ComposeFixture()
        let script = """
            cd /usr/share/web
            rm gone && rm -r tree && mkdir tree && echo new >tree/new
            rm file && mkdir file && echo inside >file/inside
            rm -r folder && echo flat >folder
            mv moved there
            ln -s there link
            chmod 4711 mode
            chown 101:102 owner
            echo more >>kept
            touch touched
            """
        let names = ["gone", "tree/old", "file", "folder/deep/x", "moved", "mode", "owner", "kept", "touched"]
        let web = RPMFixture(
            "web", files: names.map { .init("/usr/share/web/\($0)", .regular($0)) }, scriptlets: ["post": script])
        let packages = try await fixture.build([try await ComposeFixture.shell(), web])
        let commit = try await fixture.compose(packages)
        let tree = try await fixture.list(commit.checksum).filter { $0.key.hasPrefix("/usr/share/web/") }
        #expect(
            tree == [
                "/usr/share/web/tree": "d00755 0 0", "/usr/share/web/tree/new": "-00644 0 0",
                "/usr/share/web/file": "d00755 0 0", "/usr/share/web/file/inside": "-00644 0 0",
                "/usr/share/web/folder": "-00644 0 0", "/usr/share/web/there": "-00644 0 0",
                "/usr/share/web/link": "l00777 0 0 -> there", "/usr/share/web/mode": "-04711 0 0",
                "/usr/share/web/owner": "-00644 101 102", "/usr/share/web/kept": "-00644 0 0",
                "/usr/share/web/touched": "-00644 0 0",
            ])
        #expect(try await fixture.text("/usr/share/web/kept", of: commit.checksum) == "keptmore\n")
        try await Command("ostree", ["--repo=\(fixture.cache)", "fsck", "--quiet"]).run()
    }
}
