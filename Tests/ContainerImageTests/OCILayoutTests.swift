import Foundation
import HostSystem
import OSTree
import SystemPackage
import TestSupport
import Testing

@testable import ContainerImage

@Suite struct OCILayoutTests {
    /// A layout directory with one image for each name and processor.
    static func layout(
        _ images: [(tag: String?, architecture: String)], nested: Bool = false, in directory: TemporaryDirectory
    ) async throws -> FilePath {
        var descriptors: [OCIDescriptor] = []
        var layout = directory.path
        for (tag, architecture) in images {
            var image = ImageFixture(in: directory)
            image.architecture = architecture
            image.labels["tag"] = tag
            try await image.add([CommitFixture.file("usr/\(architecture)", tag ?? "")])
            layout = try BadImageTests.unpacked(try image.write(architecture + (tag ?? "")), in: directory)
            var descriptor = try #require(OCILayout(layout).index().manifests.first)
            descriptor.annotations = tag.map { [OCIAnnotation.name: $0] }
            descriptor.platform = OCIPlatform(architecture: architecture, os: "linux")
            descriptors.append(descriptor)
        }
        var index = OCIIndex(manifests: descriptors)
        if nested {
            let bytes = try OCIArchiveWriter.encode(index)
            try AtomicFile.write(bytes, to: layout.appending("blobs/sha256/\(Digest.of(bytes))"))
            index = OCIIndex(manifests: [ImageFixture.descriptor(OCIMediaType.index, bytes)])
        }
        try AtomicFile.write(OCIArchiveWriter.encode(index), to: layout.appending("index.json"))
        return layout
    }

    @Test(arguments: [false, true])
    func theImageForTheProcessorIsTaken(nested: Bool) async throws {
        let directory = try TemporaryDirectory()
        let layout = try OCILayout(
            try await Self.layout([(nil, "arm64"), (nil, "amd64")], nested: nested, in: directory))
        #expect(try layout.image(architecture: "x86_64").architecture == "amd64")
        #expect(try layout.image(architecture: "aarch64").architecture == "arm64")
        #expect(
            throws: ContainerImageError.otherArchitecture(layout.path.string, has: ["amd64", "arm64"], wanted: "s390x")
        ) {
            try layout.image(architecture: "s390x")
        }
        #expect(
            throws: ContainerImageError.unreadable(layout.path.string, reason: "it has 2 images where one is expected")
        ) {
            try layout.image()
        }
    }

    @Test func theImageOfTheTagIsTaken() async throws {
        let directory = try TemporaryDirectory()
        let layout = try OCILayout(try await Self.layout([("1", "amd64"), ("2", "amd64")], in: directory))
        #expect(try layout.image(tag: "2").labels["tag"] == "2")
        #expect(
            throws: ContainerImageError.unreadable(layout.path.string, reason: "it has no image \"3\"; there are 1, 2")
        ) {
            try layout.image(tag: "3")
        }
    }

    @Test func aDirectoryIsReadAsAnArchiveIs() async throws {
        let base = try await DerivedImageTests.Base()
        let layout = try BadImageTests.unpacked(base.image, in: base.directory)
        let imported = try await ContainerImporter().importImage(.ociDirectory(layout, tag: nil), into: base.target)
        #expect(imported.checksum == base.commit)
    }

    @Test func sourcesAreSkopeosNames() throws {
        let sources: [String: ImageSource] = [
            "oci-archive:/a/b.ociarchive": .ociArchive("/a/b.ociarchive"), "oci:/a/b": .ociDirectory("/a/b", tag: nil),
            "oci:b:latest": .ociDirectory("b", tag: "latest"),
            "docker://quay.io/os:1": .registry(try ImageReference("quay.io/os:1")),
            "containers-storage:localhost/os": .containersStorage("localhost/os"),
        ]
        for (text, source) in sources {
            #expect(try ImageSource(text) == source)
            #expect(source.description == text)
        }
    }

    @Test(arguments: [
        ("quay.io/os", "it must begin with oci-archive:, oci:, docker:// or containers-storage:"),
        ("docker://", "it must be HOST/PATH[:TAG], the path in lower case"), ("oci:", "its name is missing"),
        ("oci-archive:", "its name is missing"),
    ])
    func otherTextNamesNoImage(text: String, reason: String) {
        let error = #expect(throws: ContainerImageError.self) { try ImageSource(text) }
        #expect(error?.description == "\(text) is no image reference: \(reason)")
    }

    @Test func whatIsNotThereIsNamed() async throws {
        let directory = try TemporaryDirectory()
        let missing = directory.appending("missing.ociarchive")
        #expect(throws: ContainerImageError.file(missing, operation: "open", .noSuchFileOrDirectory)) {
            try OCILayout(missing)
        }
    }
}
