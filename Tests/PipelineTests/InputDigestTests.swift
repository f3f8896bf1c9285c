import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import Pipeline

@Suite struct InputDigestTests {
    @Test func namesWhatChanged() {
        var before = InputDigest()
        before.add("manifest", text: "a")
        before.add("image.yaml", text: "size: 4")
        var after = before
        after.add("image.yaml", text: "size: 5")
        after.add("overlay x", text: "new")
        #expect(before.value != after.value)
        #expect(after.changes(since: before) == ["image.yaml", "overlay x"])
        #expect(after.changes(since: after).isEmpty)
    }

    @Test func aNameIsNotTakenForAValue() {
        var first = InputDigest()
        first.add("ab", text: "c")
        var second = InputDigest()
        second.add("a", text: "bc")
        #expect(first.value != second.value)
    }

    @Test func aTreeIsItsContent() throws {
        let folder = try TemporaryDirectory()
        func digest() throws -> String { try TreeDigest.of(folder.path) }
        let empty = try digest()
        try folder.write("x", to: "etc/a")
        let one = try digest()
        #expect(one != empty)
        try FileManager.default.setAttributes(
            [.modificationDate: Date.distantPast], ofItemAtPath: folder.appending("etc/a").string)
        #expect(try digest() == one)
        try folder.write("x", to: "etc/a", mode: 0o755)
        #expect(try digest() != one)
        try folder.write("x", to: "etc/a")
        #expect(try digest() == one)
        try FileManager.default.createSymbolicLink(
            atPath: folder.appending("link").string, withDestinationPath: "etc/a")
        let linked = try digest()
        #expect(linked != one)
        try FileManager.default.removeItem(atPath: folder.appending("link").string)
        try FileManager.default.createSymbolicLink(
            atPath: folder.appending("link").string, withDestinationPath: "etc/b")
        let other = try digest()
        #expect(other != linked)
        try ExtendedAttribute.set("user.component", to: [1], of: folder.appending("etc/a"))
        #expect(try digest() != other)
    }

    @Test func repositoryMetadataBesideOverridesIsNoInput() throws {
        let folder = try TemporaryDirectory()
        try folder.write("rpm", to: "a.rpm")
        let before = try TreeDigest.of(folder.path)
        try folder.write("made by createrepo_c", to: "repodata/repomd.xml")
        #expect(try TreeDigest.of(folder.path) == before)
    }

    @Test func anAbsentFolderIsAnEmptyOne() throws {
        let folder = try TemporaryDirectory()
        #expect(try TreeDigest.of(folder.appending("none")) == TreeDigest.of(folder.path))
    }
}
