import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import ContainerImage

@Suite struct ImageDeriverTests {
    private static func encapsulated(_ fixture: CommitFixture) async throws -> EncapsulatedImage {
        try await Encapsulator().encapsulate(fixture.request(try await fixture.commit()))
    }

    private static func request(_ base: OCIImage, _ fixture: CommitFixture, _ name: String = "derived")
        -> DerivedImageRequest
    {
        DerivedImageRequest(
            base: base, labels: base.labels.merging(["more": "yes"]) { $1 }, history: "one more",
            timestamp: 1_700_000_001,
            output: fixture.directory.appending("\(name).ociarchive"),
            workDirectory: fixture.directory.appending("\(name)-work"),
            writeLayer: { try $0.add(.init(path: "usr/new", kind: .regular, mode: 0o644), content: [1, 2, 3]) })
    }

    @Test func theBaseGoesInByteForByteAndEverythingElseIsSaidOnce() async throws {
        let fixture = try CommitFixture()
        let image = try await Self.encapsulated(fixture)
        let base = try OCILayout(image.path).image(architecture: "x86_64")
        let derived = try await ImageDeriver().derive(Self.request(base, fixture))
        let result = try OCILayout(derived.path).image()
        let (manifest, digest, configuration) = (result.manifest, result.manifestDigest, result.configuration)
        #expect(digest == derived.manifestDigest)
        #expect(manifest.layers.map(\.digest) == image.layers.map(\.digest) + [derived.layer.digest])
        #expect(configuration.rootfs.diffIDs == image.layers.map(\.diffID) + [derived.layer.diffID])
        #expect(configuration.config?.labels == base.labels.merging(["more": "yes"]) { $1 })
        #expect(manifest.annotations == configuration.config?.labels)
        #expect(configuration.config?.command == ["/bin/sh"])
        #expect(configuration.created == "2023-11-14T22:13:21Z")
        #expect(
            configuration.history?.count == manifest.layers.count
                && configuration.history?.last?.createdBy == "one more")
        try await Command("skopeo", ["inspect", "--raw", "oci-archive:\(derived.path)"]).run()
        let again = try await ImageDeriver().derive(Self.request(base, fixture, "again"))
        #expect(again.sha256 == derived.sha256)
        // Its top layer is no part of the commit.
        #expect(base.wholeCommit != nil && result.wholeCommit == nil)
    }

    @Test func aDamagedLayerOfTheBaseIsNoticedAndNothingIsLeft() async throws {
        let fixture = try CommitFixture()
        let image = try await Self.encapsulated(fixture)
        let base = try OCILayout(image.path).image(architecture: "x86_64")
        var bytes = try FileContent.read(image.path)
        let layer = try #require(image.layers.max { $0.size < $1.size })
        // One bit in the middle of the largest layer.
        let name = Array("blobs/sha256/\(layer.digest.dropFirst("sha256:".count))".utf8)
        let start = try #require(bytes.firstRange(of: name)).lowerBound + 512 + Int(layer.size) / 2
        bytes[start] ^= 1
        let broken = fixture.directory.appending("broken.ociarchive")
        try AtomicFile.write(bytes, to: broken)
        let other = try OCILayout(broken).image(architecture: "x86_64")
        #expect(other.manifestDigest == base.manifestDigest)
        let request = Self.request(other, fixture)
        let error = await #expect(throws: (any Error).self) { try await ImageDeriver().derive(request) }
        #expect(
            "\(try #require(error))".hasPrefix("\(broken) is damaged: layer \(layer.digest) should have the digest "))
        #expect(!FileContent.exists(request.output))
        #expect(FileContent.names(in: fixture.directory.path).allSatisfy { !$0.contains("derived.ociarchive") })
    }
}
