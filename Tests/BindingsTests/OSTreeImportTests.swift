import HostSystem
import OSTree
import TestSupport
import Testing

@Suite("libostree: trees and commits")
struct OSTreeImportTests {
    @Test("A commit put together out of objects is what ostree reads, with owners, modes and attributes")
    func commit() async throws {
        let directory = try TemporaryDirectory()
        let repository = try Repository.create(directory.appending("repo"), mode: .bareUser)
        let commit = try repository.transaction {
            let tree = MutableTree()
            tree.setMetadata(try repository.writeDirectoryMetadata(FileAttributes(permissions: 0o755)))
            let usr = try tree.ensureDirectory("usr")
            usr.setMetadata(try repository.writeDirectoryMetadata(FileAttributes(uid: 5, gid: 6, permissions: 0o2750)))
            let capability: [UInt8] = [1, 0, 0, 2] + [UInt8](repeating: 0, count: 16)
            try usr.replaceFile(
                "file",
                try repository.writeFile(
                    FileAttributes(
                        gid: 7, permissions: 0o4755, extendedAttributes: ["security.capability": capability]),
                    Array("content".utf8)))
            try usr.replaceFile("link", try repository.writeSymlink(to: "file"))
            return try repository.writeCommit(
                try repository.write(tree), metadata: .dictionary(["version": .string("1")]), time: 12)
        }
        let listing = try await Command(
            "ostree", ["--repo=\(repository.path)", "ls", "-R", "-X", commit]
        ).run().text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(listing[0].hasPrefix("d00755 0 0 0"))
        #expect(listing[1].hasPrefix("d02750 5 6 0") && listing[1].hasSuffix("/usr"))
        #expect(listing[2].hasPrefix("-04755 0 7 7") && listing[2].contains("security.capability"))
        #expect(listing[3].hasPrefix("l00777 0 0 0") && listing[3].hasSuffix("/usr/link -> file"))
        let root = try repository.commitRoot(commit)
        #expect(root.timestamp == 12 && root.commitMetadata["version"]?.string == "1")
        let usr = try #require(try repository.listing(root.contents).directories["usr"])
        #expect(
            try repository.directoryAttributes(usr.metadata) == FileAttributes(uid: 5, gid: 6, permissions: 0o2750))
        #expect(try repository.listing(usr.contents).files.keys.sorted() == ["file", "link"])
    }

    @Test("A commit is taken over by another repository with all that it needs")
    func copy() async throws {
        let directory = try TemporaryDirectory()
        let source = try Repository.create(directory.appending("source"), mode: .bareUser)
        let commit = try source.transaction {
            let tree = MutableTree()
            tree.setMetadata(try source.writeDirectoryMetadata(FileAttributes(permissions: 0o755)))
            try tree.replaceFile("file", try source.writeFile(FileAttributes(permissions: 0o644), [1, 2, 3]))
            return try source.writeCommit(try source.write(tree), metadata: .dictionary([:]), time: 0)
        }
        let target = try Repository.create(directory.appending("target"), mode: .bareUser)
        try target.transaction {
            try target.importCommit(commit, from: source)
            target.transactionSetRef("test", to: commit)
        }
        #expect(try target.refs() == ["test": commit])
        try await Command("ostree", ["--repo=\(target.path)", "fsck", "--quiet"]).run()
        #expect(try source.contentChecksum(of: commit) == target.contentChecksum(of: commit))
        try target.checkoutHardLinks(commit, to: directory.appending("out"))
        let missing = String(repeating: "0", count: 64)
        #expect {
            try target.checkoutHardLinks(missing, to: directory.appending("other"))
        } throws: { "\($0)".hasPrefix("cannot check out \(missing) at ") }
    }

    @Test("An import that breaks off leaves no commit without what it needs")
    func brokenCopy() throws {
        let directory = try TemporaryDirectory()
        let source = try Repository.create(directory.appending("source"), mode: .bareUser)
        let target = try Repository.create(directory.appending("target"), mode: .bareUser)
        // The library hands objects out in an order that depends on their checksums.
        for number in UInt8(0)..<16 {
            var file = ""
            let commit = try source.transaction {
                let tree = MutableTree()
                tree.setMetadata(try source.writeDirectoryMetadata(FileAttributes(permissions: 0o755)))
                file = try source.writeFile(FileAttributes(permissions: 0o644), [number])
                try tree.replaceFile("file", file)
                return try source.writeCommit(try source.write(tree), metadata: .dictionary([:]), time: 0)
            }
            try FileContent.remove(source.path.appending("objects/\(file.prefix(2))/\(file.dropFirst(2)).file"))
            #expect(throws: (any Error).self) {
                try target.transaction { try target.importCommit(commit, from: source) }
            }
            // The next transaction takes over what this one had staged.
            try target.transaction {}
            #expect(try !target.contains(.commit, commit))
        }
    }

    @Test("Pruning removes what no ref leads to, and nothing else")
    func prune() throws {
        let directory = try TemporaryDirectory()
        let repository = try Repository.create(directory.appending("repo"), mode: .bareUser)
        func commit(_ content: UInt8, ref: String?) throws -> String {
            try repository.transaction {
                let tree = MutableTree()
                tree.setMetadata(try repository.writeDirectoryMetadata(FileAttributes(permissions: 0o755)))
                try tree.replaceFile(
                    "file", try repository.writeFile(FileAttributes(permissions: 0o644), [content]))
                let commit = try repository.writeCommit(
                    try repository.write(tree), metadata: .dictionary([:]), time: 0)
                if let ref { repository.transactionSetRef(ref, to: commit) }
                return commit
            }
        }
        let kept = try commit(1, ref: "kept")
        let lost = try commit(2, ref: nil)
        // Commit, tree and file; the metadata of the root is that of the other one.
        #expect(try repository.prune().deleted == 3)
        #expect(try repository.contains(.commit, kept) && !repository.contains(.commit, lost))
        #expect(try repository.readFile("file", of: kept) == [1])
    }

    @Test("An object of another length than announced is refused")
    func wrongLength() throws {
        let directory = try TemporaryDirectory()
        let repository = try Repository.create(directory.appending("repo"), mode: .bareUser)
        #expect(throws: (any Error).self) {
            try repository.transaction {
                let writer = try repository.beginFile(FileAttributes(permissions: 0o644), length: 5)
                try [UInt8]([1, 2]).withUnsafeBytes { try writer.write($0) }
                return try writer.finish()
            }
        }
    }
}
