import Foundation
import HostSystem
import OSTree
import SystemPackage
import TestSupport
import Testing

@testable import ContainerImage

@Suite struct LayerReuseTests {
    @Test func onlyLayersThatChangedAreRead() async throws {
        let base = try await DerivedImageTests.Base()
        var first = try await base.derived([CommitFixture.file("usr/bin/one", "1")])
        try await first.add([
            CommitFixture.file("usr/bin/two", "2"), ImageFixture.hardLink("usr/bin/three", "usr/bin/one"),
        ])
        var second = first
        second.layers.removeLast()
        try await second.add([CommitFixture.file("usr/bin/two", "other")])
        let options = ImportOptions(reference: "docker://quay.example/os:latest")

        let fresh = try await base.importing(first, options: options)
        #expect(fresh.readLayers == first.layers.map(\.descriptor.digest))
        #expect(try await base.importing(first, options: options).readLayers.isEmpty)
        let changed = try await base.importing(second, options: options)
        #expect(changed.readLayers == [second.layers.last?.descriptor.digest].compactMap(\.self))
        #expect(try base.content("usr/bin/two", changed.checksum) == "other")
        #expect(try base.content("usr/bin/one", changed.checksum) == "1")

        // The same as from nothing.
        let other = try Repository.create(base.directory.appending("other"), mode: .bareUser)
        let anew = try await ContainerImporter().importImage(.ociArchive(try second.write("second")), into: other)
        #expect(anew.checksum == changed.checksum)
        #expect(anew.readLayers.count == second.layers.count)

        let image = "ostree/container/image/docker_3A__2F__2F_quay_2E_example/os_3A_latest"
        #expect(try base.target.refs()[image] == changed.checksum)
        let layerRefs = try base.target.refs().keys.filter { $0.hasPrefix("ostree/container/blob/sha256_3A_") }
        #expect(layerRefs.count == first.layers.count + 1)
        let unused = try ContainerImporter().forgetUnusedLayers(in: base.target)
        #expect(unused == [RefEscape.layer(try #require(first.layers.last?.descriptor.digest))])
        _ = try base.target.prune()
        #expect(try await base.importing(second, options: options).readLayers.isEmpty)
        let check = try await Command("ostree", ["fsck", "--repo=\(base.target.path)"]).run()
        #expect(check.text.contains("no errors found."))
    }

    /// Another compression is another blob with the same content.
    @Test func aLayerIsKnownByItsContent() async throws {
        let base = try await DerivedImageTests.Base()
        let members = [CommitFixture.file("usr/bin/one", "1")]
        let options = ImportOptions(reference: "oci:os")
        let first = try await base.importing(try await base.derived(members, .gzip), options: options)
        let second = try await base.importing(try await base.derived(members, .zstd), options: options)
        #expect(second.readLayers.isEmpty)
        #expect(second.manifestDigest != first.manifestDigest)
    }

    @Test func theBaseImageIsRememberedToo() async throws {
        let base = try await DerivedImageTests.Base()
        let options = ImportOptions(reference: "oci:os")
        let first = try await ContainerImporter().importImage(
            .ociArchive(base.image), into: base.target, ref: "os/base", options: options)
        #expect(first.checksum == base.commit)
        let again = try await ContainerImporter().importImage(
            .ociArchive(base.image), into: base.target, ref: "os/base", options: options)
        #expect(again.checksum == base.commit)
        #expect(again.readLayers.isEmpty)
        let image = try await base.derived([CommitFixture.file("usr/bin/one", "1")])
        #expect(try await base.importing(image, options: options).readLayers.count == 1)
    }

    /// What is remembered for one image is not permission for another to name it.
    @Test func anObjectOfAnotherImageCannotBeNamed() async throws {
        let base = try await DerivedImageTests.Base()
        _ = try await base.importing(
            try await base.derived([CommitFixture.file("usr/bin/one", "private")]),
            options: ImportOptions(reference: "oci:one"))
        let commit = try #require(try base.target.resolve("os/derived"))
        let object = try #require(try CommitTree(repository: base.target, commit: commit).files["usr/bin/one"])
        let target = RepositoryLayout.objectPath(object, "file")
        let image = try await base.derived([ImageFixture.hardLink("usr/bin/stolen", target)])
        let error = await #expect(throws: ContainerImageError.self) { try await base.importing(image) }
        #expect("\(try #require(error))".hasSuffix("it is a hard link to \(target), which is in no layer below"))
    }
}
