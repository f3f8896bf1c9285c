import Foundation
import HostSystem
import LibArchive
import OSTree
import SystemPackage
import TestSupport
import Testing

@testable import NodeImage

@Suite struct TreeDifferenceTests {
    /// Commits members to a repository and returns the commit.
    private static func commit(
        _ members: [(ArchiveEntry, String)], in directory: TemporaryDirectory
    ) async throws -> String {
        let repository = directory.appending("repo")
        if !FileContent.exists(repository) {
            try await Command("ostree", ["init", "--repo=\(repository)", "--mode=bare-user"]).run()
        }
        var bytes: [UInt8] = []
        let writer = try ArchiveWriter(.paxRestricted) { bytes += $0 }
        for (entry, content) in members { try writer.add(entry, content: Array(content.utf8)) }
        try writer.finish()
        let tar = directory.appending("tree.tar")
        try AtomicFile.write(bytes, to: tar)
        return try await Command(
            "ostree",
            [
                "commit", "--repo=\(repository)", "--orphan", "--branch=x", "--tree=tar=\(tar)",
                "--tar-autocreate-parents", "--timestamp=@1", "--fsync=0",
            ]
        ).run().text
    }

    private static func file(
        _ path: String, _ content: String, mode: UInt32 = 0o644, uid: UInt32 = 0, label: String? = nil
    ) -> (ArchiveEntry, String) {
        var entry = ArchiveEntry(path: path, kind: .regular, mode: mode, uid: uid)
        if let label {
            entry.extendedAttributes = [.init(name: "security.selinux", value: Array("\(label)\0".utf8))]
        }
        return (entry, content)
    }

    private static func directory(_ path: String, mode: UInt32 = 0o755) -> (ArchiveEntry, String) {
        (ArchiveEntry(path: path, kind: .directory, mode: mode), "")
    }

    private static func link(_ path: String, _ target: String) -> (ArchiveEntry, String) {
        (ArchiveEntry(path: path, kind: .symlink(target: target), mode: 0o777), "")
    }

    private static func changes(
        _ old: [(ArchiveEntry, String)], _ new: [(ArchiveEntry, String)]
    ) async throws -> [String] {
        let directory = try TemporaryDirectory()
        let base = try await commit(old, in: directory)
        let next = try await commit(new, in: directory)
        let repository = try Repository.open(directory.appending("repo"))
        return try TreeDifference(from: base, to: next, in: repository).changes.map { change in
            switch change {
            case .directory(let path, let attributes): "\(path)/ \(String(attributes.permissions, radix: 8))"
            case .file(let path, _): path
            case .removed(let path): "-\(path)"
            }
        }
    }

    @Test func onlyWhatDiffersAndTheDirectoriesAboveItAreNamed() async throws {
        let common = [Self.file("usr/lib/same", "x"), Self.directory("usr/empty"), Self.link("bin", "usr/bin")]
        let old =
            common + [
                Self.file("usr/bin/mode", "x"), Self.file("usr/bin/owner", "x"), Self.file("usr/bin/content", "one"),
                Self.file("usr/gone/a", "x"), Self.file("usr/gone/b", "x"), Self.link("usr/bin/link", "a"),
                Self.directory("usr/private"), Self.file("usr/share/file", "x"),
            ]
        let new =
            common + [
                Self.file("usr/bin/mode", "x", mode: 0o4755), Self.file("usr/bin/owner", "x", uid: 7),
                Self.file("usr/bin/content", "two"), Self.link("usr/bin/link", "b"),
                Self.directory("usr/private", mode: 0o700), Self.file("usr/share/file/inside", "x"),
                Self.file("usr/new/x", "x"),
            ]
        #expect(
            try await Self.changes(old, new) == [
                "usr/ 755", "usr/bin/ 755", "usr/bin/content", "usr/bin/link", "usr/bin/mode", "usr/bin/owner",
                "-usr/gone", "usr/new/ 755", "usr/new/x", "usr/private/ 700", "usr/share/ 755", "usr/share/file/ 755",
                "usr/share/file/inside",
            ])
        #expect(try await Self.changes(old, old).isEmpty)
    }

    @Test func labelsDoNotCount() async throws {
        let text = String(repeating: "content ", count: 50_000)
        let old = [Self.file("usr/big", text, label: "a:b:c:s0"), Self.file("usr/small", "x", label: "a:b:c:s0")]
        let new = [Self.file("usr/big", text), Self.file("usr/small", "x", label: "a:b:d:s0")]
        #expect(try await Self.changes(old, new).isEmpty)
        let other = [Self.file("usr/big", text.dropLast() + "!"), Self.file("usr/small", "x")]
        #expect(try await Self.changes(old, other) == ["usr/ 755", "usr/big"])
    }
}
