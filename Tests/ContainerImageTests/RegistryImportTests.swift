import Foundation
import HostSystem
import OSTree
import SystemPackage
import TestSupport
import Testing

@testable import ContainerImage

@Suite struct RegistryImportTests {
    static func options(reference: String? = nil) -> ImportOptions {
        var options = ImportOptions(reference: reference)
        options.registry.verifyTLS = false
        return options
    }

    /// The registry is a real one.
    @Test func anImageComesFromARegistryAndOnlyChangedLayersAreFetched() async throws {
        let base = try await DerivedImageTests.Base()
        let registry = try ContainerRegistry()
        let client = RegistryClient(Self.options().registry)
        let name = "\(registry.host)/os:latest"
        try await client.copy("oci-archive:\(base.image)", to: "docker://\(name)")
        let source = try ImageSource("docker://\(name)")
        let options = Self.options(reference: "docker://\(name)")
        let first = try await ContainerImporter().importImage(source, into: base.target, ref: "os", options: options)
        #expect(first.checksum == base.commit)
        #expect(first.manifestDigest == (try OCILayout(base.image).image().manifestDigest))

        let derived = try await base.derived([CommitFixture.file("usr/bin/one", "1")])
        let pushed = try await client.copy("oci-archive:\(try derived.write())", to: "docker://\(name)")
        let known = try KnownLayers(base.target).digests
        let fetched = try await source.withImage(options, known: known) { image in
            image.manifest.layers.filter { layer in
                let name = layer.digest.dropFirst("sha256:".count)
                var information = stat()
                stat(image.layout.path.appending("blobs/sha256/\(name)").string, &information)
                return information.st_blocks > 0
            }.map(\.digest)
        }
        #expect(fetched == [try #require(derived.layers.last?.descriptor.digest)])
        let second = try await ContainerImporter().importImage(source, into: base.target, ref: "os", options: options)
        #expect(second.readLayers == [try #require(derived.layers.last?.descriptor.digest)])
        #expect(second.baseCommit == base.commit)

        let pinned = try ImageSource("docker://\(registry.host)/os@\(pushed)")
        let third = try await ContainerImporter().importImage(pinned, into: base.target, options: Self.options())
        #expect(third.checksum == second.checksum)
        #expect(third.manifestDigest == pushed)
    }

    @Test func theImageOfAnIndexIsTheOneForTheProcessor() async throws {
        let directory = try TemporaryDirectory()
        let registry = try ContainerRegistry()
        let layout = try await OCILayoutTests.layout([(nil, "arm64"), (nil, "amd64")], nested: true, in: directory)
        try await RegistryClient(Self.options().registry).copy(
            "oci:\(layout)", to: "docker://\(registry.host)/os:1", all: true)
        let source = try ImageSource("docker://\(registry.host)/os:1")
        var options = Self.options()
        options.architecture = "aarch64"
        #expect(try await source.withImage(options) { $0.architecture } == "arm64")
        options.architecture = "s390x"
        let error = await #expect(throws: ContainerImageError.self) { try await source.withImage(options) { _ in } }
        #expect(error == .otherArchitecture("\(source)", has: ["amd64", "arm64"], wanted: "s390x"))
    }

    @Test(arguments: [
        (
            FaultyRegistry.Fault.status(401, code: "UNAUTHORIZED"),
            "the registry refuses it; log in with `skopeo login`, "
        ),
        (.status(404, code: "MANIFEST_UNKNOWN"), "the registry does not have it; look at its name and its tag "),
        (
            .status(429, code: "TOOMANYREQUESTS"),
            "the registry takes no more requests for now; try again later, or log in "
        ),
        (.status(500, code: "UNKNOWN"), "the registry failed with status 500; try again later "),
    ])
    func aRefusalSaysWhyAndLeavesNothing(fault: FaultyRegistry.Fault, reason: String) async throws {
        let (error, name) = try await Self.refusal(fault, Self.options(reference: "x"))
        #expect(error.hasPrefix("cannot read docker://\(name): \(reason)"), "\(error)")
    }

    @Test func aRegistryThatNeverAnswersIsGivenUp() async throws {
        var options = Self.options(reference: "x")
        options.registry.timeout = 1
        let (error, name) = try await Self.refusal(.silence, options)
        #expect(
            error.hasPrefix(
                "cannot read docker://\(name): the registry did not answer in 1 s; try again, or give it more time with "
                    + "--timeout "), "\(error)")
    }

    private static func refusal(
        _ fault: FaultyRegistry.Fault, _ options: ImportOptions
    ) async throws -> (error: String, name: String) {
        let registry = try FaultyRegistry(fault)
        let directory = try TemporaryDirectory()
        let target = try Repository.create(directory.appending("target"), mode: .bareUser)
        let name = "\(registry.host)/os:latest"
        let error = await #expect(throws: RegistryError.self) {
            try await ContainerImporter().importImage(
                try ImageSource("docker://\(name)"), into: target, ref: "os", options: options)
        }
        withExtendedLifetime(registry) {}
        #expect(try target.refs().isEmpty)
        return (try #require(error).description, name)
    }
}
