import Foundation
import HostSystem
import SystemPackage
import Testing

@testable import Builds

@Suite("The store of builds")
struct BuildStoreTests {
    @Test("a committed build is listed, newest first, linked as latest and read-only")
    func commit() throws {
        let fixture = try Fixture()
        try fixture.build("1.0")
        try fixture.build("1.1")
        #expect(try fixture.store.index().builds.map(\.id) == ["1.1", "1.0"])
        #expect(FileContent.linkTarget(fixture.directory.latest) == "1.1")
        #expect(try fixture.store.index().timestamp == "2026-11-21T12:00:00Z")
        let archive = try fixture.store.artifact("ostree", of: "1.1", arch: fixture.arch)
        #expect(archive.lastComponent?.string == "demo-1.1-ostree.x86_64.ociarchive")
        let mode = try FileManager.default.attributesOfItem(atPath: archive.string)[.posixPermissions] as? Int
        #expect(mode == 0o444)
        #expect(
            fixture.tree() == [
                "1.0", "1.0/x86_64", "1.0/x86_64/cosa.json", "1.0/x86_64/demo-1.0-ostree.x86_64.ociarchive",
                "1.0/x86_64/meta.json", "1.1", "1.1/x86_64", "1.1/x86_64/cosa.json",
                "1.1/x86_64/demo-1.1-ostree.x86_64.ociarchive", "1.1/x86_64/meta.json", "builds.json", "latest -> 1.1",
            ])
    }

    @Test("an artifact's entry has the size and digest of its bytes")
    func artifactEntry() throws {
        let fixture = try Fixture()
        try fixture.build("1.0", content: "abc")
        let artifact = try #require(try fixture.store.metadata("1.0", arch: fixture.arch).images["ostree"])
        #expect(artifact.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(artifact.size == 3)
        #expect(artifact.skipCompression == true)
    }

    @Test("a second architecture joins the build")
    func secondArchitecture() throws {
        let fixture = try Fixture()
        try fixture.build("1.0")
        try fixture.build("1.1")
        try fixture.store.updateIndex { $0.insert("1.0", arch: "aarch64") }
        #expect(try fixture.store.index().build("1.0")?.arches == ["x86_64", "aarch64"])
        #expect(try fixture.store.index().latest(arch: "aarch64")?.id == "1.0")
        #expect(FileContent.linkTarget(fixture.directory.latest) == "1.1")
    }

    @Test("a build that was not committed leaves nothing")
    func abandoned() throws {
        let fixture = try Fixture()
        try fixture.build("1.0")
        let before = fixture.tree()
        do {
            let transaction = try fixture.store.begin("1.1", arch: fixture.arch, lock: fixture.store.lockForBuilding())
            try transaction.write("half".utf8, as: "commitmeta.json")
            #expect(throws: BuildsError.self) { try transaction.commit(BuildMetadata([:]), sideFile: SideFile()) }
        }
        #expect(fixture.tree() == before)
    }

    @Test("the next build removes what killed runs left, and nothing else")
    func recovery() throws {
        let fixture = try Fixture()
        try fixture.build("1.0")
        let before = fixture.tree()
        let gone = Int32.max
        let builds = fixture.directory.builds
        // Killed while writing the list, while adding an image, and in the middle of a build.
        try AtomicFile.write([1], to: builds.appending(".builds.json.\(gone).partial"))
        try AtomicFile.write([1], to: builds.appending("1.0/x86_64/.demo-1.0-qemu.x86_64.qcow2.\(gone).partial"))
        try FileContent.createDirectory(builds.appending("1.1/x86_64"))
        try AtomicFile.write([], to: builds.appending("1.1/x86_64/.incomplete"))
        try AtomicFile.write([1], to: builds.appending("1.1/x86_64/meta.json"))
        // Killed before the first file.
        try FileContent.createDirectory(builds.appending("1.2/x86_64"))
        // Killed after the list was written: that one is complete.
        try AtomicFile.write([], to: builds.appending("1.0/x86_64/.incomplete"))
        _ = try fixture.store.lockForBuilding()
        #expect(fixture.tree() == before)
    }

    @Test("a file that a running process writes is not taken for a leftover")
    func liveScratch() throws {
        let fixture = try Fixture()
        try fixture.build("1.0")
        let scratch = fixture.store.scratchPath("demo-1.0-qemu.x86_64.qcow2", in: "1.0", arch: fixture.arch)
        try AtomicFile.write([1], to: scratch)
        _ = try fixture.store.lockForBuilding()
        #expect(FileContent.exists(scratch))
    }

    @Test("a complete build that the list does not know is neither removed nor overwritten")
    func unlisted() throws {
        let fixture = try Fixture()
        let path = fixture.store.path("1.0", arch: fixture.arch)
        try FileContent.createDirectory(path)
        try AtomicFile.write(Array("{}".utf8), to: path.appending("meta.json"))
        let lock = try fixture.store.lockForBuilding()
        #expect {
            _ = try fixture.store.begin("1.0", arch: fixture.arch, lock: lock)
        } throws: {
            "\($0)" == "\(path) exists but builds.json does not list it; move it away, or list it there"
        }
        #expect(FileContent.exists(path.appending("meta.json")))
    }

    @Test("one build at a time; the other one is told who is at work")
    func exclusive() throws {
        let fixture = try Fixture()
        let lock = try fixture.store.lockForBuilding()
        #expect {
            _ = try fixture.store.lockForBuilding()
        } throws: {
            "\($0)" == "\(lock.path) is locked by process \(getpid()); wait for it to end"
        }
    }

    @Test("the same id again is refused in the words that scripts know")
    func alreadyExists() throws {
        let fixture = try Fixture()
        try fixture.build("1.0")
        let lock = try fixture.store.lockForBuilding()
        #expect {
            _ = try fixture.store.begin("1.0", arch: fixture.arch, lock: lock)
        } throws: {
            "\($0)" == "Build 1.0 (x86_64) already exists"
        }
    }

    @Test("a replaced build is there, whole, until the new one is, and stays for its other architectures")
    func replacement() throws {
        let fixture = try Fixture()
        try fixture.build("1.0", content: "old")
        try fixture.build("1.1")
        try fixture.store.updateIndex { $0.insert("1.0", arch: "s390x") }
        let before = fixture.tree()
        let name = "demo-1.0-ostree.x86_64.ociarchive"
        func content() throws -> [UInt8] {
            try FileContent.read(fixture.store.artifact("ostree", of: "1.0", arch: "x86_64"))
        }
        let lock = try fixture.store.lockForBuilding()
        func begin() throws -> BuildTransaction {
            let transaction = try fixture.store.begin("1.0", arch: "x86_64", replacing: true, lock: lock)
            try AtomicFile.write(Array("new".utf8), to: transaction.scratchPath(name))
            return transaction
        }
        func metadata(_ transaction: BuildTransaction) throws -> BuildMetadata {
            var metadata = fixture.metadata("1.0")
            metadata.setImage(
                "ostree", try transaction.place(transaction.scratchPath(name), as: name, skipCompression: true))
            return metadata
        }

        do {
            let transaction = try begin()
            var metadata = try metadata(transaction)
            metadata["buildid"] = nil
            #expect(throws: BuildsError.self) { try transaction.commit(metadata, sideFile: SideFile()) }
        }
        #expect(fixture.tree() == before)
        #expect(try content() == Array("old".utf8))

        let transaction = try begin()
        #expect(try content() == Array("old".utf8))
        try transaction.commit(metadata(transaction), sideFile: SideFile())
        #expect(try content() == Array("new".utf8))
        #expect(try fixture.store.index().builds.map(\.id) == ["1.0", "1.1"])
        #expect(try fixture.store.index().build("1.0")?.arches == ["x86_64", "s390x"])
        #expect(fixture.tree() == before.map { $0 == "latest -> 1.1" ? "latest -> 1.0" : $0 })
    }

    @Test("what a killed replacement left, before or after it took the build's place, goes with the next build")
    func killedReplacement() throws {
        let fixture = try Fixture()
        try fixture.build("1.0")
        let before = fixture.tree()
        for file in [".incomplete", "meta.json"] {
            let path = fixture.directory.builds.appending("1.0/.x86_64.replacement")
            try FileContent.createDirectory(path)
            try AtomicFile.write(Array("{}".utf8), to: path.appending(file))
            _ = try fixture.store.lockForBuilding()
            #expect(fixture.tree() == before)
        }
    }

    @Test("latest follows the list with the next build, where a kill came between the two")
    func latest() throws {
        let fixture = try Fixture()
        try fixture.build("1.0")
        try fixture.build("1.1")
        let latest = fixture.directory.latest
        try FileContent.remove(latest)
        #expect(symlink("1.0", latest.string) == 0)
        _ = try fixture.store.lockForBuilding()
        #expect(FileContent.linkTarget(latest) == "1.1")
    }

    @Test("a build is found by id, by tag and as the latest; else the error names those that exist")
    func resolve() throws {
        let fixture = try Fixture()
        #expect(throws: BuildsError("No build found. Run `cosa build` first")) { try fixture.store.resolve(nil) }
        try fixture.build("1.0")
        try fixture.build("1.1")
        try fixture.store.tag("good", build: "1.0")
        #expect(try fixture.store.resolve("good") == "1.0")
        #expect(try fixture.store.resolve("1.0") == "1.0")
        #expect(try fixture.store.resolve("latest") == "1.1")
        #expect(throws: BuildsError("there is no build 2.0; the newest are: 1.1, 1.0")) {
            try fixture.store.resolve("2.0")
        }
    }
}
