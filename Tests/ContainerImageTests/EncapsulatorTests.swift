import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import ContainerImage

@Suite struct EncapsulatorTests {
    struct Inspection: Decodable {
        let Digest: String
        let Created: String
        let Architecture: String
        let Labels: [String: String]
        let Layers: [String]
    }

    @Test func skopeoShowsWhatTheCommitSays() async throws {
        let fixture = try CommitFixture()
        let commit = try await fixture.commit()
        var request = fixture.request(commit)
        request.labels = ["org.opencontainers.image.source": "here"]
        let image = try await Encapsulator().encapsulate(request)

        let output = try await Command("skopeo", ["inspect", "oci-archive:\(image.path)"]).run()
        let inspection = try JSONDecoder().decode(Inspection.self, from: Data(output.standardOutput))
        #expect(
            inspection.Labels == [
                "ostree.commit": commit, "ostree.final-diffid": try #require(image.layers.last).diffID,
                "ostree.bootable": "true", "containers.bootc": "1", "ostree.linux": "6.1.0-test",
                "org.opencontainers.image.version": "1.2.20260102.3", "rpmostree.inputhash": "abc123",
                "org.opencontainers.image.source": "here",
            ])
        #expect(inspection.Digest == image.manifestDigest)
        #expect(inspection.Created == "2023-11-14T22:13:20Z")
        #expect(inspection.Architecture == "amd64")
        #expect(inspection.Layers == image.layers.map(\.digest))
        #expect(image.labels == inspection.Labels)
        #expect(try Digest.ofFile(image.path) == image.sha256)
        #expect(!FileManager.default.fileExists(atPath: request.workDirectory.appending("layers").string))
    }

    @Test(arguments: LayerFormat.allCases, LayerCompression.Compressor.allCases)
    func skopeoCopiesEveryBlob(format: LayerFormat, compressor: LayerCompression.Compressor) async throws {
        let fixture = try CommitFixture()
        var request = fixture.request(try await fixture.commit())
        request.format = format
        request.compression = try LayerCompression(compressor)
        let image = try await Encapsulator().encapsulate(request)
        let target = fixture.directory.appending("copy")
        try await Command("skopeo", ["copy", "--quiet", "oci-archive:\(image.path)", "dir:\(target)"]).run()
        for layer in image.layers {
            let blob = target.appending(String(layer.digest.dropFirst("sha256:".count)))
            #expect("sha256:\(try Digest.ofFile(blob))" == layer.digest)
        }
        let manifest = try #require(FileManager.default.contents(atPath: target.appending("manifest.json").string))
        #expect(Array(manifest) == image.manifest)
    }

    @Test func historyAndAnnotationsNameTheComponents() async throws {
        let fixture = try CommitFixture()
        let commit = try await fixture.commit()
        let image = try await Encapsulator().encapsulate(fixture.request(commit))
        let read = try OCILayout(image.path).image()
        let (manifest, configuration) = (read.manifest, read.configuration)
        let history = try #require(configuration.history).compactMap(\.createdBy)
        #expect(history.first == "ostree export of commit \(commit)")
        #expect(history.contains("initramfs (kernel 6.1.0-test)"))
        #expect(history.contains("rpmostree-unpackaged-content"))
        #expect(history.count == manifest.layers.count)
        #expect(manifest.layers.first?.annotations == nil)
        let names = manifest.layers.dropFirst().flatMap { layer in
            (layer.annotations?["ostree.components"] ?? "").split(separator: ",").map(String.init)
        }
        #expect(
            names.sorted() == ["bash", "initramfs", "kernel", "ping", "rpmdb", "rpmostree-unpackaged-content", "util"])
        #expect(configuration.config?.command == ["/bin/sh"])
    }

    @Test(arguments: LayerFormat.allCases, LayerCompression.Compressor.allCases)
    func equalInputsGiveEqualBytes(format: LayerFormat, compressor: LayerCompression.Compressor) async throws {
        var fixture = try CommitFixture()
        fixture.files.append(fixture.largeFile)
        let commit = try await fixture.commit()
        var images: [EncapsulatedImage] = []
        for workers in [1, 2, 7] {
            var request = fixture.request(
                workers == 2 ? "test" : commit, "workers-\(workers)",
                components: workers == 2 ? CommitFixture.components.reversed() : CommitFixture.components)
            request.format = format
            request.compression = try LayerCompression(compressor)
            request.parallelism = workers
            if workers == 2 { request.layerCache = fixture.directory.appending("cache") }
            images.append(try await Encapsulator().encapsulate(request))
        }
        #expect(Set(images.map(\.sha256)).count == 1)
        #expect(Set(images.map(\.manifest)).count == 1)
    }

    @Test func changingOnePackageChangesTwoLayers() async throws {
        var fixture = try CommitFixture()
        let before = try await Encapsulator().encapsulate(fixture.request(try await fixture.commit(), "before"))
        fixture.set("usr/bin/ping", "another ping")
        var components = CommitFixture.components
        components[1].identifier = "ping-2-1.x86_64"
        let after = try await Encapsulator().encapsulate(
            fixture.request(try await fixture.commit(), "after", components: components))
        let changed = after.layers.filter { layer in !before.layers.contains { $0.digest == layer.digest } }
        #expect(changed.count == 2)
        #expect(changed.first?.components == [])
        #expect(changed.last?.components.contains("ping") == true)
    }

    @Test func unchangedLayersAreTakenFromTheCache() async throws {
        var fixture = try CommitFixture()
        let root = fixture.directory.appending("cache")
        let cache = root.appending("1-gzip")
        func encapsulate(_ fixture: CommitFixture, _ name: String) async throws -> EncapsulatedImage {
            var request = fixture.request(try await fixture.commit(), name)
            request.layerCache = root
            return try await Encapsulator().encapsulate(request)
        }
        let first = try await encapsulate(fixture, "first")
        #expect(first.layers.allSatisfy { !$0.isReused })
        let second = try await encapsulate(fixture, "second")
        #expect(second.layers.dropFirst().allSatisfy { $0.isReused })
        #expect(first.sha256 == second.sha256)

        fixture.set("usr/bin/ping", "another ping")
        let third = try await encapsulate(fixture, "third")
        #expect(third.layers.dropFirst().filter { !$0.isReused }.count == 1)
        let names = try FileManager.default.contentsOfDirectory(atPath: cache.string)
        #expect(names.count == 2 * (third.layers.count - 1))

        for name in names where name.hasSuffix(".gz") {
            let path = cache.appending(name).string
            try FileManager.default.removeItem(atPath: path)
            try Data("damaged".utf8).write(to: URL(fileURLWithPath: path))
        }
        let fourth = try await encapsulate(fixture, "fourth")
        #expect(fourth.layers.allSatisfy { !$0.isReused })
        #expect(fourth.sha256 == third.sha256)
    }

    @Test func layersOfOtherFormatsAndCompressorsAreKeptApart() async throws {
        let fixture = try CommitFixture()
        let commit = try await fixture.commit()
        let cache = fixture.directory.appending("cache")
        func reused(_ format: LayerFormat, _ compression: LayerCompression) async throws -> Int {
            var request = fixture.request(commit, "image")
            request.format = format
            request.compression = compression
            request.layerCache = cache
            let image = try await Encapsulator().encapsulate(request)
            try FileManager.default.removeItem(atPath: image.path.string)
            return image.layers.count { $0.isReused }
        }
        #expect(try await reused(.sparse, .gzip) == 0)
        #expect(try await reused(.sparse, LayerCompression(.zstd)) == 0)
        #expect(try await reused(.plain, .gzip) == 0)
        #expect(try await reused(.sparse, .gzip) > 0)
        #expect(try await reused(.sparse, LayerCompression(.zstd)) > 0)
        // Another level replaces the layers of the old one.
        #expect(try await reused(.sparse, LayerCompression(.gzip, level: 1)) == 0)
        #expect(try await reused(.sparse, .gzip) == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: cache.string)
        #expect(names.filter { !$0.hasPrefix(".") }.sorted() == ["1-gzip", "1-zstd", "plain-gzip"])
    }

    @Test func layersAreMadeWithoutAnImage() async throws {
        let fixture = try CommitFixture()
        let request = fixture.request(try await fixture.commit())
        let layers = try await Encapsulator().layers(request)
        #expect(!FileManager.default.fileExists(atPath: request.output.string))
        let image = try await Encapsulator().encapsulate(request)
        #expect(layers == image.layers)
    }

    @Test func theTimesOfHistoryAreTheImages() async throws {
        let fixture = try CommitFixture()
        let image = try await Encapsulator().encapsulate(fixture.request(try await fixture.commit()))
        let configuration = try OCILayout(image.path).image().configuration
        #expect(configuration.created == "2023-11-14T22:13:20Z")
        #expect(Set((configuration.history ?? []).map(\.created)) == [configuration.created])
    }

    @Test func aCommitThatDoesNotExistIsNamed() async throws {
        let fixture = try CommitFixture()
        _ = try await fixture.commit()
        let request = fixture.request("nothing")
        await #expect(throws: ContainerImageError.noCommit("nothing", repository: fixture.repositoryPath)) {
            try await Encapsulator().encapsulate(request)
        }
        #expect(!FileManager.default.fileExists(atPath: request.output.string))
    }

    @Test func tooFewLayersAreRefused() async throws {
        let fixture = try CommitFixture()
        var request = fixture.request(try await fixture.commit())
        request.maxLayers = 4
        await #expect(throws: ContainerImageError.tooFewLayers(4, minimum: 5)) {
            try await Encapsulator().encapsulate(request)
        }
        request.maxLayers = 5
        #expect(try await Encapsulator().encapsulate(request).layers.count == 5)
    }

    @Test func aFailureLeavesNothingBehind() async throws {
        let fixture = try CommitFixture()
        let commit = try await fixture.commit()
        let object = try await Command(
            "sh", ["-c", "ls \(fixture.repositoryPath)/objects/*/*.file | head -n 1"]
        ).run().text
        try FileManager.default.removeItem(atPath: object)
        let request = fixture.request(commit)
        await #expect(throws: (any Error).self) { try await Encapsulator().encapsulate(request) }
        let left = try FileManager.default.contentsOfDirectory(atPath: fixture.directory.path.string)
        #expect(!left.contains { $0.contains("ociarchive") })
    }
}
