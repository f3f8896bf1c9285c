import Foundation
import SystemPackage
import Testing

@testable import HostSystem

@Suite(.timeLimit(.minutes(1))) struct FolderGuardTests {
    @Test func folderGoesWithItsGuard() async throws {
        let folder = try TemporaryFolder(prefix: "guarded folder")
        try AtomicFile.write([1], to: folder.path.appending("file"))
        do {
            let guardian = try FolderGuard(folder.path)
            try await Command("true", []).run()
            #expect(FileContent.exists(folder.path.appending("file")))
            withExtendedLifetime(guardian) {}
        }
        // Nobody tells when the shell has done its work; the suite's limit ends the wait.
        while FileContent.exists(folder.path) { try await Task.sleep(for: .milliseconds(5)) }
    }
}
