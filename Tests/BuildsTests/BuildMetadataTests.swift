import Foundation
import HostSystem
import SystemPackage
import Testing

@testable import Builds

@Suite("meta.json")
struct BuildMetadataTests {
    @Test("new metadata has what the schema requires")
    func minimal() throws {
        let metadata = try Fixture().metadata("41.20261121.0")
        #expect(metadata.problems == [])
        #expect(metadata.ostreeTimestamp == "2026-11-21T12:00:00Z")
    }

    @Test("what the schema forbids is refused on writing, with every reason, and the file stays as it was")
    func refused() throws {
        let fixture = try Fixture()
        try fixture.build("1.0")
        let file = fixture.store.path("1.0", arch: fixture.arch).appending("meta.json")
        let before = try FileContent.read(file)
        #expect {
            try fixture.store.updateMetadata("1.0", arch: fixture.arch) { metadata in
                metadata["our-key"] = 1
                metadata["ostree-commit"] = "abc"
                metadata["buildid"] = nil
                metadata["coreos-assembler.overrides-active"] = "yes"
                metadata.setImage("quemu", Artifact(path: "x", sha256: "y", size: 1))
            }
        } throws: { error in
            "\(error)" == """
                \(file) would break its schema: "coreos-assembler.overrides-active" must be true or false; \
                "ostree-commit" must be at least 64 characters long; image name "quemu" is not known; \
                key "our-key" is not allowed; required key "buildid" is missing
                """
        }
        #expect(try FileContent.read(file) == before)
    }

    @Test("keys of other tools stay, and do not stop us from writing ours")
    func unknownKeys() throws {
        let fixture = try Fixture()
        try fixture.build("1.0")
        try fixture.store.updateMetadata("1.0", arch: fixture.arch, validate: false) {
            $0["vendor.key"] = ["a": .number("1.5")]
        }
        try fixture.store.updateMetadata("1.0", arch: fixture.arch) { $0.summary = "Demo" }
        let metadata = try fixture.store.metadata("1.0", arch: fixture.arch)
        #expect(metadata["vendor.key"] == ["a": .number("1.5")])
        #expect(metadata.summary == "Demo")
    }

    @Test("concurrent writers lose nothing")
    func concurrentWriters() async throws {
        let fixture = try Fixture()
        try fixture.build("1.0")
        let names = ["aliyun", "aws", "azure", "exoscale", "gcp", "metal", "metal4k", "openstack", "qemu", "vultr"]
        try await withThrowingTaskGroup { group in
            for name in names {
                group.addTask {
                    try await Blocking.run {
                        try fixture.store.updateMetadata("1.0", arch: fixture.arch) {
                            $0.setImage(name, Artifact(path: name, sha256: name, size: 1))
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let metadata = try fixture.store.metadata("1.0", arch: fixture.arch)
        #expect(metadata.imageNames.sorted() == (names + ["ostree"]).sorted())
        // The clock of the fixture stands still, so each write raised the stamp by one.
        #expect(metadata.stamp == Fixture.now * 1_000_000_000 + Int64(names.count))
    }

    @Test("a writer with an old copy keeps what was written since")
    func staleCopy() throws {
        let fixture = try Fixture()
        try fixture.build("1.0")
        var copy = try fixture.store.metadata("1.0", arch: fixture.arch)
        try fixture.store.updateMetadata("1.0", arch: fixture.arch) {
            $0.setImage("qemu", Artifact(path: "q", sha256: "q", size: 1))
        }
        copy.setImage("metal", Artifact(path: "m", sha256: "m", size: 2))
        try fixture.store.save(copy, of: "1.0", arch: fixture.arch)
        #expect(try fixture.store.metadata("1.0", arch: fixture.arch).imageNames == ["ostree", "qemu", "metal"])
    }

    @Test("a writer whose copy is current can remove keys")
    func currentCopy() throws {
        let fixture = try Fixture()
        try fixture.build("1.0")
        var copy = try fixture.store.updateMetadata("1.0", arch: fixture.arch) { $0.summary = "Demo" }
        copy.summary = nil
        try fixture.store.save(copy, of: "1.0", arch: fixture.arch)
        #expect(try fixture.store.metadata("1.0", arch: fixture.arch).summary == nil)
    }

    @Test("publishing places the file and lists it")
    func publish() throws {
        let fixture = try Fixture()
        try fixture.build("1.0")
        let scratch = fixture.store.scratchPath("demo-1.0-qemu.x86_64.qcow2", in: "1.0", arch: fixture.arch)
        try AtomicFile.write(Array("disk".utf8), to: scratch)
        try fixture.store.publish(
            scratch, as: "demo-1.0-qemu.x86_64.qcow2", image: "qemu", of: "1.0", arch: fixture.arch)
        #expect(!FileContent.exists(scratch))
        let path = try fixture.store.artifact("qemu", of: "1.0", arch: fixture.arch)
        #expect(try FileContent.read(path) == Array("disk".utf8))
        #expect(throws: BuildsError("build 1.0 (x86_64) has no image aws; it has: ostree, qemu")) {
            try fixture.store.artifact("aws", of: "1.0", arch: fixture.arch)
        }
    }

    @Test("keys and paths of keys are read as scripts expect them, and set")
    func paths() throws {
        var metadata = BuildMetadata(["a.b": ["c": "x"], "images": ["qemu": ["path": "q", "size": 7]], "t": true])
        #expect(metadata.text(of: "images.qemu.path") == "q")
        #expect(metadata.text(of: "images.qemu.size") == "7")
        #expect(metadata.text(of: "a.b.c") == "x")
        #expect(metadata.text(of: "t") == "True")
        #expect(metadata.text(of: "images.metal.path") == "None")
        #expect(metadata.text(of: "images") == #"{"qemu":{"path":"q","size":7}}"#)
        try MetadataAssignment(string: "a.b.c=y=z").apply(to: &metadata)
        try MetadataAssignment(bool: "new.key=False").apply(to: &metadata)
        #expect(metadata["a.b"] == ["c": "y=z"])
        #expect(metadata["new.key"] == false)
        #expect(throws: BuildsError("\"x\" is not KEY=VALUE")) { try MetadataAssignment(string: "x") }
        #expect(throws: BuildsError("\"x=1\": the value must be true or false")) { try MetadataAssignment(bool: "x=1") }
    }

    @Test("the git revision is written as the schema wants it")
    func gitRevision() {
        var metadata = BuildMetadata([:])
        metadata.configGit = GitRevision(commit: "abcdef", origin: "https://h/r", branch: "main", dirty: true)
        #expect(
            metadata["coreos-assembler.container-config-git"]
                == ["commit": "abcdef", "origin": "https://h/r", "branch": "main", "dirty": "true"])
        #expect(metadata["coreos-assembler.config-gitrev"] == "abcdef")
        #expect(metadata["coreos-assembler.config-dirty"] == "true")
        #expect(metadata.configGit?.dirty == true)
    }
}
