import TestSupport
import Testing

@testable import Compose

@Suite("File triggers")
struct TriggerTests {
    @Test("Triggers run once after all scripts, the highest priority first, with the paths that match")
    func order() async throws {
        let fixture = try ComposeFixture()
        func package(_ name: String, priority: Int) -> RPMFixture {
            RPMFixture(
                name, files: [.init("/usr/share/\(name)/file")],
                scriptlets: [
                    "transfiletriggerin -P \(priority) -- /usr/share/\(name) /usr/share/none":
                        "echo \(name) >>/usr/share/log\ncat >>/usr/share/log",
                    "posttrans": "echo posttrans >>/usr/share/log",
                ])
        }
        let packages = try await fixture.build([
            try await ComposeFixture.shell(), package("a", priority: 10), package("b", priority: 2_000_000),
            package("c", priority: 10),
        ])
        let commit = try await fixture.compose(packages)
        let log = try await fixture.text("/usr/share/log", of: commit.checksum).split(separator: "\n")
        #expect(log.prefix(3) == ["posttrans", "posttrans", "posttrans"])
        #expect(
            log.dropFirst(3) == [
                "b", "/usr/share/b/file", "a", "/usr/share/a/file", "c", "/usr/share/c/file",
            ])
    }
}
