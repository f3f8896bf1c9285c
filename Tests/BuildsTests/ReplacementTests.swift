import Builds
import Foundation
import HostSystem
import SystemPackage
import Testing

@Suite struct ReplacementTests {
    private let fixture: Fixture
    private let old: Artifact

    init() throws {
        fixture = try Fixture()
        try fixture.build("1")
        old = try Self.publish("disk", as: "disk.raw", in: fixture)
    }

    private static func publish(_ content: String, as name: String, in fixture: Fixture) throws -> Artifact {
        let scratch = fixture.store.scratchPath(name, in: "1", arch: fixture.arch)
        try AtomicFile.write(Array(content.utf8), to: scratch)
        return try fixture.store.publish(scratch, as: name, image: "metal", of: "1", arch: fixture.arch)
    }

    private func replacement() throws -> (scratch: FilePath, new: Artifact) {
        let scratch = fixture.store.scratchPath("disk.raw.gz", in: "1", arch: fixture.arch)
        try AtomicFile.write(Array("small".utf8), to: scratch)
        var new = try Artifact(file: scratch)
        new.path = "disk.raw.gz"
        new.uncompressedSHA256 = old.sha256
        return (scratch, new)
    }

    private var files: [String] {
        FileContent.names(in: fixture.store.path("1", arch: fixture.arch)).filter { $0.contains("disk") }
    }

    @Test func oneFormTakesThePlaceOfTheOther() throws {
        let (scratch, new) = try replacement()
        try fixture.store.replace("metal", old, by: scratch, as: new, of: "1", arch: fixture.arch)
        #expect(try fixture.store.metadata("1", arch: fixture.arch).images["metal"] == new)
        #expect(files == ["disk.raw.gz"])
        let path = try fixture.store.artifact("metal", of: "1", arch: fixture.arch)
        var information = stat()
        #expect(stat(path.string, &information) == 0 && information.st_mode & 0o777 == 0o444)
    }

    @Test func whatWasChangedMeanwhileStays() throws {
        let (scratch, new) = try replacement()
        let changed = try Self.publish("another", as: "disk.raw", in: fixture)
        let error = try #require(throws: BuildsError.self) {
            try fixture.store.replace("metal", old, by: scratch, as: new, of: "1", arch: fixture.arch)
        }
        #expect(error.description == "images.metal of build 1 (x86_64) was changed meanwhile; run it again")
        #expect(try fixture.store.metadata("1", arch: fixture.arch).images["metal"] == changed)
        #expect(files == ["disk.raw"])
    }

    @Test func aNewImageTakesThePlaceOfACompressedOne() throws {
        let (scratch, new) = try replacement()
        try fixture.store.replace("metal", old, by: scratch, as: new, of: "1", arch: fixture.arch)
        let made = try Self.publish("another", as: "disk.raw", in: fixture)
        let listed = try fixture.store.metadata("1", arch: fixture.arch).images["metal"]
        #expect(listed == made && listed?.uncompressedSHA256 == nil)
        #expect(files == ["disk.raw"])
    }

    @Test func aFileThatIsListedIsNotRemoved() throws {
        fixture.store.removeUnlisted("disk.raw", of: "1", arch: fixture.arch)
        #expect(files == ["disk.raw"])
        fixture.store.removeUnlisted("none", of: "1", arch: fixture.arch)
    }

    @Test func leftoversOfThoseThatAreGoneAreRemoved() throws {
        let folder = fixture.store.path("1", arch: fixture.arch)
        let mine = fixture.store.scratchPath("disk.raw.xz", in: "1", arch: fixture.arch)
        let theirs = folder.appending(".disk.raw.xz.999999999.partial")
        for path in [mine, theirs] { try AtomicFile.write([], to: path) }
        #expect(fixture.store.removeLeftovers(of: "1", arch: fixture.arch) == [theirs])
        #expect(FileContent.exists(mine))
    }
}
