import Foundation
import HostSystem
import OSTree
import SystemPackage
import TestSupport
import Testing

@testable import ContainerImage

@Suite struct ContainerImporterTests {
    @Test(arguments: [LayerFormat.sparse, .complete])
    func theCommitComesBackTheSame(format: LayerFormat) async throws {
        let fixture = try CommitFixture()
        let commit = try await fixture.commit()
        try await Command(
            "ostree", ["fsck", "--repo=\(fixture.repositoryPath)"]
        ).run()
        var request = fixture.request(commit)
        request.format = format
        let image = try await Encapsulator().encapsulate(request)

        let target = try Repository.create(fixture.directory.appending("target"), mode: .bareUser)
        let imported = try await ContainerImporter().importCommit(archive: image.path, into: target, ref: "os/stable")
        #expect(imported.checksum == commit)
        #expect(imported.version == "1.2.20260102.3")
        #expect(imported.manifestDigest == image.manifestDigest)
        #expect(try target.refs() == ["os/stable": commit])
        let check = try await Command("ostree", ["fsck", "--repo=\(target.path)"]).run()
        #expect(check.text.contains("object fsck of 1 commits completed successfully - no errors found."))

        let again = try await Encapsulator().encapsulate(
            {
                var request = fixture.request(commit, "again")
                request.repository = target.path
                request.format = format
                return request
            }())
        #expect(again.sha256 == image.sha256)
    }

    @Test func detachedMetadataComesAlong() async throws {
        let fixture = try CommitFixture()
        let commit = try await fixture.commit()
        let repository = try Repository.open(fixture.repositoryPath)
        try repository.importDetachedMetadata(of: commit, bytes: [])
        let image = try await Encapsulator().encapsulate(fixture.request(commit))
        let target = try Repository.create(fixture.directory.appending("target"), mode: .bareUser)
        #expect(try target.detachedMetadata(of: commit) == nil)
        _ = try await ContainerImporter().importCommit(archive: image.path, into: target)
        #expect(try target.detachedMetadata(of: commit)?.count == 0)
    }

    /// Imports an image whose documents or blobs were changed; returns the error, having checked that nothing remained.
    static func importing(
        _ change: (inout OCIManifest, inout OCIConfiguration, inout [String: StoredBlob], FilePath) throws -> Void
    ) async throws -> (error: String, archive: FilePath, commit: String) {
        let fixture = try CommitFixture()
        let commit = try await fixture.commit()
        let image = try await Encapsulator().encapsulate(fixture.request(commit))
        let unpacked = fixture.directory.appending("unpacked")
        try FileManager.default.createDirectory(atPath: unpacked.string, withIntermediateDirectories: true)
        try await Command("tar", ["-xf", image.path.string, "-C", unpacked.string]).run()
        let original = try OCILayout(image.path).image()
        var manifest = original.manifest
        var configuration = original.configuration
        var blobs: [String: StoredBlob] = [:]
        for layer in image.layers {
            let digest = String(layer.digest.dropFirst("sha256:".count))
            blobs[digest] = StoredBlob(
                blob: Blob(
                    digest: digest, diffID: layer.diffID, size: layer.size, uncompressedSize: layer.uncompressedSize),
                path: unpacked.appending("blobs/sha256/\(digest)"), isReused: false)
        }
        try change(&manifest, &configuration, &blobs, fixture.directory.path)

        let configurationBytes = try OCIArchiveWriter.encode(configuration)
        manifest.config = ImageFixture.descriptor(OCIMediaType.configuration, configurationBytes)
        for index in manifest.layers.indices {
            let digest = String(manifest.layers[index].digest.dropFirst("sha256:".count))
            manifest.layers[index].size = try #require(blobs[digest]).blob.size
        }
        let manifestBytes = try OCIArchiveWriter.encode(manifest)
        let index = OCIIndex(manifests: [
            OCIDescriptor(
                mediaType: OCIMediaType.manifest, digest: "sha256:\(Digest.of(manifestBytes))",
                size: Int64(manifestBytes.count))
        ])
        let archive = fixture.directory.appending("changed.ociarchive")
        _ = try OCIArchiveWriter(
            blobs: blobs.mapValues { .file($0.path, size: $0.blob.size) }, configuration: configurationBytes,
            manifest: manifestBytes,
            index: OCIArchiveWriter.encode(index)
        ).write(to: archive)

        let target = try Repository.create(fixture.directory.appending("target"), mode: .bareUser)
        let error = await #expect(throws: (any Error).self) {
            try await ContainerImporter().importCommit(archive: archive, into: target, ref: "os/stable")
        }
        #expect(try target.refs().isEmpty)
        // Neither now nor when the next transaction takes over what this one had staged.
        try target.transaction {}
        #expect(try !target.contains(.commit, commit))
        return ("\(try #require(error))", archive, commit)
    }

    @Test func anImageWithoutLabelsIsRefused() async throws {
        let result = try await Self.importing { _, configuration, _, _ in configuration.config?.labels = [:] }
        #expect(
            result.error
                == "\(result.archive) holds no OSTree commit: it has neither the label ostree.final-diffid of an OSTree "
                + "image nor the label containers.bootc=1 of a bootable one")
    }

    @Test func anImageThatNamesNoCommitIsRefused() async throws {
        let result = try await Self.importing { _, configuration, _, _ in
            configuration.config?.labels?["ostree.commit"] = nil
        }
        #expect(result.error == "\(result.archive) holds no OSTree commit: it lacks the label ostree.commit")
    }

    @Test func aMissingLayerIsNoticed() async throws {
        let result = try await Self.importing { manifest, configuration, _, _ in
            manifest.layers.remove(at: 1)
            configuration.rootfs.diffIDs.remove(at: 1)
        }
        #expect(result.error.hasPrefix("\(result.archive) cannot be imported: the object "))
        #expect(result.error.hasSuffix(".file of commit \(result.commit) is in none of its layers"))
    }

    @Test func aLayerThatIsAnotherIsNoticed() async throws {
        let result = try await Self.importing { _, configuration, _, _ in
            configuration.rootfs.diffIDs.swapAt(1, 2)
        }
        #expect(result.error.hasPrefix("\(result.archive) is damaged: the content of layer sha256:"))
    }

    @Test func aBlobThatWasChangedIsNoticed() async throws {
        let result = try await Self.importing { manifest, _, blobs, directory in
            let digest = String(manifest.layers[1].digest.dropFirst("sha256:".count))
            let other = directory.appending("other")
            // The same content, compressed to other bytes.
            try Self.recompress(try #require(blobs[digest]).path, to: other)
            let size = try #require(try FileManager.default.attributesOfItem(atPath: other.string)[.size] as? Int64)
            blobs[digest] = StoredBlob(
                blob: Blob(digest: digest, diffID: "", size: size, uncompressedSize: 0), path: other, isReused: false)
        }
        #expect(result.error.hasPrefix("\(result.archive) is damaged: layer should have the digest sha256:"))
    }

    /// gzip streams may follow each other: an empty one at the end changes the bytes and not the content.
    static func recompress(_ source: FilePath, to target: FilePath) throws {
        let empty: [UInt8] = [
            0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ]
        let bytes = try #require(FileManager.default.contents(atPath: source.string))
        try AtomicFile.write(Array(bytes) + empty, to: target)
    }

    @Test func whatIsNoArchiveIsRefused() async throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("{}", to: "file")
        let target = try Repository.create(directory.appending("target"), mode: .bareUser)
        await #expect(throws: (any Error).self) {
            try await ContainerImporter().importCommit(archive: file, into: target)
        }
        let tar = directory.appending("empty.tar")
        try await Command("tar", ["-cf", tar.string, "-C", directory.path.string, "file"]).run()
        await #expect(throws: ContainerImageError.unreadable(tar.string, reason: "it has no index.json")) {
            try await ContainerImporter().importCommit(archive: tar, into: target)
        }
    }

    @Test func objectPathsAreParsedStrictly() {
        let rest = String(repeating: "0", count: 62)
        let prefix = "sysroot/ostree/repo/objects"
        #expect(ObjectImport.parse("\(prefix)/ab/\(rest).file-xattrs-link")?.suffix == "file-xattrs-link")
        #expect(ObjectImport.parse("\(prefix)/ab/\(rest).dirtree")?.checksum == "ab" + rest)
        for path in ["\(prefix)/ab/\(rest)", "\(prefix)/AB/\(rest).file", "\(prefix)/ab/0.file", "usr/bin/x"] {
            #expect(ObjectImport.parse(path) == nil)
        }
    }
}
