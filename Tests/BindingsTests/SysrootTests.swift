import Foundation
import GLib
import HostSystem
import OSTree
import SystemPackage
import TestSupport
import Testing

@Suite("A sysroot at a directory")
struct SysrootTests {
    @Test("deploys a pulled commit and lists it")
    func deploying() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let fixture = try await OSTreeFixture(in: directory)
        let root = directory.appending("sysroot")
        try FileManager.default.createDirectory(
            atPath: root.appending("boot").string, withIntermediateDirectories: true)
        let sysroot = try Sysroot(root, initialize: true)
        try sysroot.makeStateroot("fixture")
        let repository = try sysroot.repository()
        repository.disableFsync()
        let source = try Repository.open(fixture.repository)
        try repository.transaction { try repository.importCommit(fixture.commit, from: source) }

        #expect(sysroot.deployments.isEmpty)
        let deployment = try sysroot.deploy(
            commit: fixture.commit, osname: "fixture", origin: "[origin]\nrefspec=x:y\n", kernelArguments: ["rw"])
        #expect(deployment.checksum == fixture.commit)
        #expect(deployment.path == "ostree/deploy/fixture/deploy/\(fixture.commit).0")
        #expect(sysroot.deployments == [deployment])
        let path = root.appending(deployment.path)
        #expect(try await Command("lsattr", ["-d", path.string]).run().text.contains("i"))
        try sysroot.setDeploymentsMutable(true)
        #expect(try await !Command("lsattr", ["-d", path.string]).run().text.prefix(20).contains("i"))
        #expect(FileManager.default.fileExists(atPath: path.appending("etc/hosts").string))
    }

    @Test("settings are written and a ref of a remote can be set")
    func configuration() async throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let fixture = try await OSTreeFixture(in: directory)
        let repository = try Repository.open(fixture.repository)
        try repository.configure(["sysroot": ["readonly": "true"]])
        try repository.setRef("a/b", remote: "demo", to: fixture.commit)
        let value = try await Command(
            "ostree", ["config", "--repo", fixture.repository.string, "get", "sysroot.readonly"]
        ).run().text
        #expect(value == "true")
        #expect(try repository.resolve("demo:a/b") == fixture.commit)
    }

    @Test("a commit that is not there is named in the error")
    func missingCommit() throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let source = try Repository.create(directory.appending("source"), mode: .bareUser)
        let target = try Repository.create(directory.appending("target"), mode: .bareUser)
        let commit = String(repeating: "a", count: 64)
        let error = #expect(throws: GLibError.self) {
            try target.transaction { try target.importCommit(commit, from: source) }
        }
        #expect(error?.description.hasPrefix("cannot read commit \(commit) of \(source.path)") == true)
    }
}
