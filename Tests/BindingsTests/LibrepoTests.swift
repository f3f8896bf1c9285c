import HostSystem
import Librepo
import SystemPackage
import TestSupport
import Testing

@Suite("librepo")
struct LibrepoTests {
    /// SHA-256 of "abc", FIPS 180-2 appendix B.1.
    private static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test("A missing repository gives the mirror's cause and leaves no metadata")
    func missing() throws {
        let directory = try TemporaryDirectory()
        var location = RepoLocation()
        location.baseURLs = ["file://\(directory.path)/none"]
        do {
            _ = try MetadataDownload.run(
                location, into: directory.path, types: ["primary"], keyring: nil, isKnown: { _ in false })
            Issue.record("there is no repository")
        } catch {
            #expect(error.message.contains("\(directory.path)/none/repodata/repomd.xml"))
        }
    }

    @Test("A download that was interrupted is continued where it stopped")
    func resumption() throws {
        let directory = try TemporaryDirectory()
        // What is there already is not read again: only the end of this file is right.
        try directory.write("??c", to: "repo/file")
        let partial = try directory.write("ab", to: "got")
        // librepo's own mark on a file that it has not finished.
        try ExtendedAttribute.set("user.Librepo.DownloadInProgress", to: [UInt8(ascii: "1")], of: partial)
        var location = RepoLocation()
        location.baseURLs = ["file://\(directory.path)/repo"]
        let target = PackageDownload.Target(
            location: "file", baseURL: nil, destination: partial, checksumType: "sha256", checksum: Self.abc, size: 3)
        #expect(try PackageDownload.run([target], from: location) { _ in } == [nil])
        #expect(try FileContent.read(partial) == Array("abc".utf8))
    }

    @Test("Each target of a download has its own verdict")
    func verdicts() throws {
        let directory = try TemporaryDirectory()
        try directory.write("abc", to: "repo/good")
        try directory.write("abd", to: "repo/bad")
        let sha = Self.abc
        var location = RepoLocation()
        location.baseURLs = ["file://\(directory.path)/repo"]
        let targets = ["good", "bad", "none"].map { name in
            PackageDownload.Target(
                location: name, baseURL: nil, destination: directory.appending("got-\(name)"), checksumType: "sha256",
                checksum: sha, size: 3)
        }
        var arrived: [Int] = []
        let verdicts = try PackageDownload.run(targets, from: location) { arrived.append($0) }
        #expect(verdicts[0] == nil)
        #expect(verdicts[1]?.contains("checksum") == true)
        #expect(verdicts[2] != nil)
        #expect(arrived == [0])
        let descriptor = try FileDescriptor.open(directory.appending("got-good"), .readOnly)
        #expect(try descriptor.closeAfter { try FileChecksum.of(descriptor, type: "sha256") } == sha)
    }
}
