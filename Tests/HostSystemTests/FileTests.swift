import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@Suite("Files")
struct FileTests {
    let temporary: TemporaryDirectory

    init() throws { temporary = try TemporaryDirectory() }

    @Test("an atomic write replaces the whole file and leaves nothing beside it")
    func atomicWrite() throws {
        let path = temporary.appending("file")
        try AtomicFile.write(Array("long content".utf8), to: path)
        try AtomicFile.write(Array("new".utf8), to: path)
        #expect(try FileContent.read(path) == Array("new".utf8))
        #expect(FileContent.names(in: temporary.path) == ["file"])
    }

    @Test("an atomic write that fails leaves the old file and nothing beside it")
    func failedWrite() throws {
        let directory = temporary.appending("occupied")
        try FileContent.createDirectory(directory.appending("inner"))
        #expect(throws: Errno.self) { try AtomicFile.write([1], to: directory) }
        #expect(FileContent.names(in: temporary.path) == ["occupied"])
    }

    @Test("a published file is read-only")
    func publish() throws {
        let source = temporary.appending("source")
        let destination = temporary.appending("destination")
        try AtomicFile.write([1], to: source)
        try AtomicFile.publish(source, as: destination)
        #expect(FileContent.names(in: temporary.path) == ["destination"])
        let mode = try FileManager.default.attributesOfItem(atPath: destination.string)[.posixPermissions] as? Int
        #expect(mode == 0o444)
    }

    @Test("removing takes read-only trees and dangling links, and nothing is no error")
    func remove() throws {
        let tree = temporary.appending("tree")
        try FileContent.createDirectory(tree.appending("a/b"))
        try temporary.write("x", to: "tree/a/b/file", mode: 0o444)
        try temporary.write("x", to: "outside")
        symlink(temporary.path.string, tree.appending("link").string)
        symlink("/nowhere", tree.appending("dangling").string)
        chmod(tree.appending("a/b").string, 0o500)
        try FileContent.remove(tree)
        try FileContent.remove(tree)
        #expect(FileContent.names(in: temporary.path) == ["outside"])
    }

    @Test("digests are those of sha256sum, of bytes and of files")
    func digests() async throws {
        let file = try temporary.write(String(repeating: "content", count: 300_000), to: "file")
        let judge = try await Command("sha256sum", [file.string]).run().text.prefix(64)
        #expect(try Digest.ofFile(file) == judge)
        #expect(try Digest.of(FileContent.read(file)) == judge)
    }

    @Test("fields of a digest do not run into each other")
    func fields() {
        func digest(_ fields: [String]) -> String {
            var digest = Digest()
            for field in fields { digest.update(field: field) }
            return digest.finish()
        }
        #expect(digest(["ab", "c"]) != digest(["a", "bc"]))
        #expect(digest(["a:b"]) != digest(["a", "b"]))
        #expect(digest(["ab", "c"]) == digest(["ab", "c"]))
    }
}
