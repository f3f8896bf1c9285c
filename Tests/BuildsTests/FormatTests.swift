import Testing

@testable import Builds

@Suite("File formats of a build")
struct FormatTests {
    let packages = [
        GeneratedLockfile.Package(
            name: "zlib", epoch: 0, version: "1.2", release: "3", arch: "x86_64", sourceRPM: "zlib-1.2-3.src.rpm"),
        GeneratedLockfile.Package(name: "bash", epoch: 2, version: "5", release: "1", arch: "x86_64", sourceRPM: nil),
    ]

    @Test("the lockfile has sorted packages, epochs where there are some, and midnight")
    func lockfile() {
        let object = GeneratedLockfile(packages: packages, generated: 1_795_262_400).object
        #expect(
            JSONValue.object(object).compact == """
                {"packages":{"bash":{"evra":"2:5-1.x86_64"},"zlib":{"evra":"1.2-3.x86_64","metadata":{"sourcerpm":\
                "zlib-1.2-3.src.rpm"}}},"metadata":{"generated":"2026-11-21T00:00:00Z"}}
                """)
    }

    @Test("commitmeta.json lists packages as rpm-ostree does")
    func commitMetadata() {
        let object = CommitMetadata(version: "1.0", basearch: "x86_64", stream: "stable", packages: packages).object
        #expect(
            object["rpmostree.rpmdb.pkglist"]
                == [["bash", "2", "5", "1", "x86_64"], ["zlib", "0", "1.2", "3", "x86_64"]])
        #expect(object["com.coreos.stream"] == "stable")
        #expect(object["ostree.bootable"] == true)
        #expect(object["synthetic"] == true)
        #expect(object["coreos-assembler.config-gitrev"] == nil)
    }

    @Test("builds.json keeps members of other tools")
    func index() throws {
        let text = #"""
            {"schema-version":"1.0.0","builds":[{"id":"1","arches":["x86_64"],"policy-cleanup":{"images":true}}],"x":[1]}
            """#
        var index = try BuildsIndex(try #require(try JSONValue(parsing: text.utf8).object))
        index.insert("1", arch: "aarch64")
        index.insert("2", arch: "x86_64")
        #expect(
            JSONValue.object(index.object).compact == """
                {"schema-version":"1.0.0","builds":[{"id":"2","arches":["x86_64"]},{"id":"1","arches":["x86_64","aarch64"],\
                "policy-cleanup":{"images":true}}],"x":[1]}
                """)
    }

    @Test("a builds.json of another schema is refused")
    func otherSchema() {
        #expect(throws: BuildsError("builds.json has schema-version \"2.0.0\"; 1.0.0 is known")) {
            try BuildsIndex(["schema-version": "2.0.0", "builds": []])
        }
    }

    @Test("times are UTC with whole seconds")
    func timestamps() throws {
        #expect(Timestamp.text(0) == "1970-01-01T00:00:00Z")
        #expect(Timestamp.seconds("2026-11-21T12:00:00Z") == 1_795_262_400)
        #expect(Timestamp.seconds("yesterday") == nil)
        #expect(Timestamp.day(1_795_262_400) == "20261121")
        #expect(try Timestamp.sourceDateEpoch(environment: ["SOURCE_DATE_EPOCH": "12"]) == 12)
        #expect(throws: BuildsError("SOURCE_DATE_EPOCH is \"x\"; it must be whole seconds since 1970-01-01 UTC")) {
            try Timestamp.sourceDateEpoch(environment: ["SOURCE_DATE_EPOCH": "x"])
        }
    }
}
