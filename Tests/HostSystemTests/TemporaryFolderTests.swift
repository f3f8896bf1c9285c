import Foundation
import SystemPackage
import Testing

@testable import HostSystem

@Suite struct TemporaryFolderTests {
    @Test func foldersOfKilledProcessesGoWithTheNextOne() throws {
        let parent = try TemporaryFolder(prefix: "parent")
        defer { parent.remove() }
        let abandoned = try TemporaryFolder(prefix: "a", in: parent.path)
        let alive = try TemporaryFolder(prefix: "a", in: parent.path)
        let other = parent.path.appending("a-file")
        try AtomicFile.write([], to: other)
        // A process with this number, but one that started at another time.
        let owner = abandoned.path.appending(TemporaryFolder.owner)
        try AtomicFile.write(Array("\(getpid()) 1".utf8), to: owner)
        _ = try TemporaryFolder(prefix: "a", in: parent.path)
        #expect(!FileContent.exists(abandoned.path))
        #expect(FileContent.exists(alive.path))
        #expect(FileContent.exists(other))
    }

    @Test func folderIsPrivateAndGoesWithItsContent() throws {
        let folder = try TemporaryFolder(prefix: "private")
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path.string)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        try AtomicFile.write([1], to: folder.path.appending("file"))
        folder.remove()
        #expect(!FileContent.exists(folder.path))
    }
}
