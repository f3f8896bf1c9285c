import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import TestRunner

@Suite(.timeLimit(.minutes(10))) struct FileServerTests {
    @Test func guestsAreServedWhileTheBodyRuns() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("content", to: "file")
        let here = try await FileServer(folder: directory.path).whileServing { url in
            #expect(url.hasPrefix("http://10.0.2.2:"))
            let here = url.replacing(FileServer.guestsAddress, with: "127.0.0.1")
            let file = try await Command("curl", ["-sf", "\(here)/file"]).run().text
            let other = try await Command("curl", ["-sf", "\(here)/other"]).capture().status
            #expect(file == "content" && other == 22)
            return here
        }
        let status = try await Command("curl", ["-s", "\(here)/file"]).capture().status
        #expect(status == 7, "nobody listens any more")
    }

    @Test func failureOfTheBodyIsTheFailure() async throws {
        let directory = try TemporaryDirectory()
        await #expect(throws: TestSkip("why")) {
            try await FileServer(folder: directory.path).whileServing { _ in throw TestSkip("why") }
        }
    }
}
