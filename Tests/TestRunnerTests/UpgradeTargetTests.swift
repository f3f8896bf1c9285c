import Builds
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import TestRunner

@Suite("upgrades", .timeLimit(.minutes(20))) struct UpgradeTargetTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "upgrade") }

    private static func digest(_ character: Character) -> String { String(repeating: character, count: 64) }

    private func write(_ path: String, _ text: String) throws {
        let file = folder.path.appending("builds").appending(path)
        try FileContent.createDirectory(file.removingLastComponent())
        try AtomicFile.write(Array(text.utf8), to: file)
    }

    /// Three builds; the one in the middle has no image for QEMU.
    private func makeBuilds() throws {
        let builds = ["3", "2", "1"].map { #"{"id":"\#($0)","arches":["x86_64"]}"# }.joined(separator: ",")
        try write("builds.json", #"{"schema-version":"1.0.0","builds":[\#(builds)]}"#)
        for (id, images) in [("3", "qemu"), ("2", "metal"), ("1", "qemu")] {
            let entry = #"{"path":"x","sha256":"\#(Self.digest("a"))","size":1}"#
            try write(
                "\(id)/x86_64/meta.json",
                #"{"name":"demo","ostree-commit":"\#(Self.digest(Character(id)))","ostree-version":"v\#(id)","images":{"\#(images)":\#(entry)}}"#
            )
        }
    }

    @Test func theOldImageIsThatOfTheBuildBefore() throws {
        defer { folder.remove() }
        try makeBuilds()
        let target = try UpgradeTarget.find(in: folder.path)
        #expect(target.build == "3" && target.version == "v3" && target.commit == Self.digest("3"))
        #expect(try BuildImage.parent(of: "3", in: folder.path, architecture: "x86_64") == "1")
        #expect(try UpgradeTarget.find(build: "-1", in: folder.path).build == "2")
        let error = try #require(throws: TestRunnerError.self) {
            try BuildImage.parent(of: "1", in: folder.path, architecture: "x86_64")
        }
        #expect(
            error.description
                == "there is no build before 1 with an image for QEMU; name the old image with --qemu-image")
    }

    @Test func aBuildWhoseCommitIsNowhereIsAnError() async throws {
        defer { folder.remove() }
        try makeBuilds()
        let target = try UpgradeTarget.find(in: folder.path)
        let error = try await #require(throws: TestRunnerError.self) {
            try await target.writeUpdate(
                from: Self.digest("1"), to: folder.path.appending("d"), scratch: folder.path)
        }
        #expect(
            error.description
                == "the commit \(Self.digest("3")) of build 3 is neither in \(folder.path)/tmp/repo nor in an OCI archive "
                + "of the build")
    }

    @Test func aBuildWithoutACommitIsAnError() throws {
        defer { folder.remove() }
        try write("builds.json", #"{"schema-version":"1.0.0","builds":[{"id":"1","arches":["x86_64"]}]}"#)
        try write("1/x86_64/meta.json", #"{"name":"demo","images":{}}"#)
        let error = try #require(throws: TestRunnerError.self) { try UpgradeTarget.find(in: folder.path) }
        #expect(error.description == "build 1 has no OSTree commit to upgrade to")
    }

    @Test func whatOSTreeSaysTellsWhatIsBooted() throws {
        defer { folder.remove() }
        let text = """
              other 1111.0 (pending)
                Version: 2
            * demo \(Self.digest("b")).1
                Version: 1
            release: 12.0 (x)
            """
        let booted = try GuestDeployment(parsing: text)
        #expect(booted.system == "demo" && booted.commit == Self.digest("b") && booted.version == "12.0 (x)")
        let error = try #require(throws: TestFailure.self) {
            try GuestDeployment(parsing: "No deployments.")
        }
        #expect(error.reason == "the guest did not boot an OSTree deployment")
    }

    /// Real tools: a repository with two commits, and one that has only the first.
    @Test func anUpdateBringsWhatTheOtherSideLacks() async throws {
        defer { folder.remove() }
        func ostree(_ arguments: String...) async throws -> String {
            let output = try await Command("ostree", arguments).capture()
            #expect(output.status == 0, "\(output.standardError)")
            return output.text
        }
        let (repository, other, tree) = (
            folder.path.appending("tmp/repo"), folder.path.appending("other"), folder.path.appending("tree")
        )
        try FileContent.createDirectory(folder.path.appending("tmp"))
        try FileContent.createDirectory(tree)
        for path in [repository, other] { _ = try await ostree("init", "--mode=bare-user", "--repo=\(path)") }
        // What cannot be compressed.
        var state: UInt64 = 1
        let noise = (0..<100_000).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        try AtomicFile.write(noise, to: tree.appending("same"))
        try AtomicFile.write([1], to: tree.appending("file"))
        let first = try await ostree("commit", "--repo=\(repository)", "-b", "a", "--tree=dir=\(tree)")
        _ = try await ostree("pull-local", "--repo=\(other)", repository.string, first)
        try AtomicFile.write([2], to: tree.appending("file"))
        let second = try await ostree("commit", "--repo=\(repository)", "-b", "a", "--tree=dir=\(tree)")
        let target = UpgradeTarget(
            build: "2", version: "2", commit: second, repository: repository, archive: nil, others: [:])
        let delta = folder.path.appending("delta")
        try await target.writeUpdate(from: first, to: delta, scratch: folder.path)
        #expect(try FileContent.read(delta).count < 10_000)
        _ = try await ostree("static-delta", "apply-offline", "--repo=\(other)", delta.string)
        #expect(try await ostree("cat", "--repo=\(other)", second, "/file") == "\u{2}")
        _ = try await ostree("fsck", "--repo=\(other)", "-q")
    }
}
