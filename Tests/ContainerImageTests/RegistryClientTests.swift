import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import ContainerImage

/// Pushing to and reading from a real registry.
@Suite struct RegistryClientTests {
    private let plain = {
        var options = RegistryOptions()
        options.verifyTLS = false
        return options
    }()

    private func image() async throws -> (fixture: CommitFixture, image: EncapsulatedImage) {
        let fixture = try CommitFixture()
        return (fixture, try await Encapsulator().encapsulate(fixture.request(try await fixture.commit())))
    }

    @Test func whatIsPushedHasTheSameDigest() async throws {
        let registry = try ContainerRegistry()
        let (fixture, image) = try await image()
        let client = RegistryClient(plain)
        let digest = try await client.copy(
            "oci-archive:\(image.path)", to: "docker://\(registry.host)/os/demo:1")
        #expect(digest == image.manifestDigest)
        #expect(try await client.manifest(of: "docker://\(registry.host)/os/demo:1") == image.manifest)
        withExtendedLifetime(fixture) {}
    }

    @Test func aPasswordIsAskedForByName() async throws {
        let registry = try ContainerRegistry(password: "secret")
        let (fixture, image) = try await image()
        let destination = "docker://\(registry.host)/os/demo:1"
        let error = await #expect(throws: RegistryError.self) {
            try await RegistryClient(plain).copy("oci-archive:\(image.path)", to: destination)
        }
        #expect(error?.cause == .unauthorized)
        #expect(
            error?.description.hasPrefix(
                "cannot copy oci-archive:\(image.path) to \(destination): the registry refuses it; log in with "
                    + "`skopeo login`, or name a file with credentials with --authfile (") == true)
        let credentials = Data("test:secret".utf8).base64EncodedString()
        try fixture.directory.write(#"{"auths":{"\#(registry.host)":{"auth":"\#(credentials)"}}}"#, to: "auth.json")
        var options = plain
        options.authFile = fixture.directory.appending("auth.json")
        #expect(
            try await RegistryClient(options).copy("oci-archive:\(image.path)", to: destination)
                == image.manifestDigest)
    }

    @Test func failuresSayWhatToDo() async throws {
        let registry = try ContainerRegistry()
        let unknown = "docker://\(registry.host)/os/demo:none"
        let missing = await #expect(throws: RegistryError.self) {
            try await RegistryClient(plain).manifest(of: unknown)
        }
        #expect(
            missing?.description.hasPrefix(
                "cannot read \(unknown): the registry does not have it; look at its name and its tag (") == true)
        let http = await #expect(throws: RegistryError.self) { try await RegistryClient().manifest(of: unknown) }
        #expect(
            http?.description.hasPrefix(
                "cannot read \(unknown): the registry talks plain HTTP; --tls-verify=false allows that (") == true)
        let nobody = await #expect(throws: RegistryError.self) {
            try await RegistryClient(plain).manifest(of: "docker://127.0.0.1:1/demo:1")
        }
        #expect(nobody?.cause == .unreachable)
    }
}
