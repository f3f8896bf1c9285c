import Builds
import HostSystem
import Ignition
import SystemPackage
import Testing

@testable import TestRunner

@Suite struct BuildImageTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder(prefix: "builds")
        try write(
            "builds.json",
            #"{"schema-version":"1.0.0","builds":[{"id":"2","arches":["x86_64"]},{"id":"1","arches":["x86_64"]}]}"#)
        try write(
            "2/x86_64/meta.json",
            #"{"name":"demo","ostree-version":"1.2","images":{\#(["qemu", "ostree", "live-iso"].map(image).joined(separator: ","))}}"#
        )
        try write("1/x86_64/meta.json", #"{"name":"demo","images":{}}"#)
        func image(_ name: String) -> String {
            #""\#(name)":{"path":"\#(name).img","sha256":"\#(String(repeating: "a", count: 64))","size":1}"#
        }
    }

    private func write(_ path: String, _ text: String) throws {
        let file = folder.path.appending("builds").appending(path)
        try FileContent.createDirectory(file.removingLastComponent())
        try AtomicFile.write(Array(text.utf8), to: file)
    }

    @Test func latestBuildIsTheFirst() throws {
        defer { folder.remove() }
        let image = try BuildImage.find(in: folder.path)
        #expect(image.path == folder.path.appending("builds/2/x86_64/qemu.img"))
        #expect(image.containerArchive == folder.path.appending("builds/2/x86_64/ostree.img"))
        let iso = try BuildImage.find(in: folder.path, kind: .liveISO).path
        #expect(iso == folder.path.appending("builds/2/x86_64/live-iso.img") && iso == image.liveISO)
        #expect(image.version == "1.2")
        #expect(image.name == "demo")
    }

    @Test func thePackagesOfABuildTellWhichConfigsItTakes() throws {
        defer { folder.remove() }
        #expect(try BuildImage.find(in: folder.path).ignitionSpec == nil)
        try write(
            "2/x86_64/commitmeta.json",
            #"{"rpmostree.rpmdb.pkglist":[["demo-ignition","0","9","1","noarch"],["ignition","0","2.15.0","1","x86_64"]]}"#
        )
        #expect(try BuildImage.find(in: folder.path).ignitionSpec == SpecVersion(3, 4))
    }

    @Test func compressedImageIsAnError() throws {
        defer { folder.remove() }
        let digest = String(repeating: "a", count: 64)
        try write(
            "2/x86_64/meta.json",
            #"{"images":{"qemu":{"path":"q.qcow2.xz","sha256":"\#(digest)","uncompressed-sha256":"\#(digest)"}}}"#)
        let error = try #require(throws: TestRunnerError.self) { try BuildImage.find(in: folder.path) }
        let path = folder.path.appending("builds/2/x86_64/q.qcow2.xz")
        #expect(
            error.description == "\(path) is compressed; run `cosa decompress --build 2 --artifact qemu` first")
    }

    @Test(arguments: [
        ("-1", "build 1 has no image for QEMU; run `cosa buildextend-qemu`"),
        ("1", "build 1 has no image for QEMU; run `cosa buildextend-qemu`"),
    ])
    func buildWithoutImageIsAnError(build: String, message: String) throws {
        defer { folder.remove() }
        let error = try #require(throws: TestRunnerError.self) { try BuildImage.find(build: build, in: folder.path) }
        #expect(error.description == message)
    }

    @Test func imageWithLargeSectorsIsTheOneForMetal() throws {
        defer { folder.remove() }
        let digest = String(repeating: "a", count: 64)
        try write("2/x86_64/meta.json", #"{"images":{"metal4k":{"path":"m.raw","sha256":"\#(digest)"}}}"#)
        let image = try BuildImage.find(in: folder.path, kind: .largeSectors)
        #expect(image.path == folder.path.appending("builds/2/x86_64/m.raw"))
        let error = try #require(throws: TestRunnerError.self) {
            try BuildImage.find(build: "1", in: folder.path, kind: .largeSectors)
        }
        #expect(
            error.description
                == "build 1 has no image with sectors of 4,096 bytes; run `cosa buildextend-metal4k`")
    }

    @Test func buildWithoutLiveImageIsAnError() throws {
        defer { folder.remove() }
        let error = try #require(throws: TestRunnerError.self) {
            try BuildImage.find(build: "1", in: folder.path, kind: .liveISO)
        }
        #expect(error.description == "build 1 has no live ISO; name one with --qemu-iso")
    }

    @Test func liveArtifactsAreThoseThatThereAre() throws {
        defer { folder.remove() }
        let live = try BuildImage.find(in: folder.path).live
        #expect(live.files == [.iso: folder.path.appending("builds/2/x86_64/live-iso.img")])
        #expect(live.build == "2" && !live.hasCoreOSInstaller)
        try write(
            "2/x86_64/commitmeta.json",
            #"{"rpmostree.rpmdb.pkglist": [["coreos-installer", "0", "0.24", "1", "x86_64"]]}"#)
        #expect(try BuildImage.find(in: folder.path).live.hasCoreOSInstaller)
    }

    @Test func buildThatIsNotThereIsAnError() throws {
        defer { folder.remove() }
        #expect(throws: BuildsError.self) { try BuildImage.find(build: "7", in: folder.path) }
        #expect(throws: TestRunnerError.self) { try BuildImage.find(build: "-2", in: folder.path) }
    }
}
