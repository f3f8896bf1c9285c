import Builds
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

/// Container images on their way to a real registry.
@Suite struct PushTests {
    private static let arch = Architecture.current

    private func metadata(_ workspace: Workspace, arch: String = Self.arch) throws -> BuildMetadata {
        try BuildStore(WorkingDirectory(root: workspace.work)).metadata("7", arch: arch)
    }

    private func inspect(_ reference: String, _ arguments: String...) async throws -> [String: Any] {
        let output = try await Command(
            "skopeo", ["inspect", "--tls-verify=false"] + arguments + ["docker://\(reference)"]
        ).run()
        return try #require(try JSONSerialization.jsonObject(with: Data(output.standardOutput)) as? [String: Any])
    }

    private func build() async throws -> Workspace {
        let workspace = try await Workspace()
        try await workspace.cosa("build", "--version", "7").succeeded()
        return workspace
    }

    @Test func aPushIsRecordedWithItsDigest() async throws {
        let registry = try ContainerRegistry()
        let workspace = try await build()
        let name = "\(registry.host)/os/tiny"
        let run = try await workspace.cosa("push-container", "--tls-verify=false", name).succeeded()
        let digest = try #require(try metadata(workspace)["base-oscontainer"]?.object?["digest"]?.string)
        #expect(run.output.text.hasSuffix("\(name)@\(digest)"))
        #expect(try await inspect("\(name):7-\(Self.arch)")["Digest"] as? String == digest)
        let file = try #require(
            JSONFile.read(workspace.builds.appending("7/\(Self.arch)/cosa.json"))["manifest-digest"]?.string)
        #expect(digest == file)

        // The bill of materials is found by the image's digest, and names it.
        let bill = try await inspect("\(name):\(digest.replacing(":", with: "-")).sbom", "--raw")
        #expect((bill["subject"] as? [String: Any])?["digest"] as? String == digest)
        let layers = try #require(bill["layers"] as? [[String: Any]])
        #expect(
            layers.map { $0["mediaType"] as? String } == ["application/spdx+json", "application/vnd.cyclonedx+json"])
        let document = try FileContent.read(
            workspace.builds.appending("7/\(Self.arch)/tiny-7-ostree.\(Self.arch).spdx.json"))
        #expect(layers.first?["digest"] as? String == "sha256:\(Digest.of(document))")
    }

    @Test func anotherRepositoryIsAnAdditionalImage() async throws {
        let registry = try ContainerRegistry()
        let workspace = try await build()
        let options = ["push-container", "--tls-verify=false", "--no-sbom", "--tag-suffix", "a"]
        for name in ["os/first:1", "os/second:1", "os/second:2"] {
            try await workspace.cosa(options + ["\(registry.host)/\(name)"]).succeeded()
        }
        let entry = try #require(try metadata(workspace)["base-oscontainer"]?.object)
        #expect(entry["image"]?.string == "\(registry.host)/os/first")
        #expect(entry["tags"]?.array?.compactMap(\.string) == ["1-a"])
        let others = entry["additional-images"]?.array?.compactMap(\.object) ?? []
        #expect(others.map { $0["image"]?.string } == ["\(registry.host)/os/second"])
        #expect(others.first?["tags"]?.array?.compactMap(\.string) == ["2-a"])
        try await workspace.cosa("meta", "--get-value", "base-oscontainer").succeeded()
    }

    @Test func aNodeImageHasAKeyOfItsOwn() async throws {
        let registry = try ContainerRegistry()
        let workspace = try await build()
        // Any container image will do for a push.
        try BuildStore(WorkingDirectory(root: workspace.work)).updateMetadata("7", arch: Self.arch) { metadata in
            if let image = metadata.images["ostree"] { metadata.setImage("node", image) }
        }
        let name = "\(registry.host)/os/node"
        try await workspace.cosa("push-container", "--tls-verify=false", "--image", "node", "\(name):4").succeeded()
        let pushed = try metadata(workspace)
        let entry = try #require(pushed["oscontainer"]?.object)
        #expect(entry["image"]?.string == name)
        #expect(try await inspect("\(name):4")["Digest"] as? String == entry["digest"]?.string)
        #expect(pushed["base-oscontainer"] == nil)
        // The bill of materials is the base's.
        let bill = try #require(entry["digest"]?.string).replacing(":", with: "-") + ".sbom"
        await #expect(throws: (any Error).self) { try await inspect("\(name):\(bill)", "--raw") }
    }

    @Test func imagesForSeveralArchitecturesAreOne() async throws {
        let registry = try ContainerRegistry()
        let workspace = try await build()
        let other = Self.arch == "aarch64" ? "x86_64" : "aarch64"
        try await addArchitecture(other, to: workspace)
        let name = "\(registry.host)/os/tiny"
        let options = [
            "push-container-manifest", "--tls-verify=false", "--repo", name, "--tag", "stable", "--tag", "7",
            "--artifact", "ostree", "--write-digest-to-file", workspace.work.appending("digest").string,
        ]
        try await workspace.cosa(options).succeeded()
        let index = try await inspect("\(name):stable", "--raw")
        let manifests = try #require(index["manifests"] as? [[String: Any]])
        let architectures = manifests.compactMap { ($0["platform"] as? [String: String])?["architecture"] }
        #expect(architectures.sorted() == ["amd64", "arm64"])
        let digests = try [Self.arch, other].map { arch in
            let entry = try #require(try metadata(workspace, arch: arch)["base-oscontainer"]?.object)
            #expect(entry["tags"]?.array?.compactMap(\.string) == ["stable", "7"])
            let list = String(decoding: try FileContent.read(workspace.work.appending("digest")), as: UTF8.self)
            #expect(entry["manifest-list-digest"]?.string == list)
            return try #require(entry["digest"]?.string)
        }
        #expect(Set(digests) == Set(manifests.compactMap { $0["digest"] as? String }))

        let again = try await workspace.cosa(options).succeeded()
        #expect(
            again.output.text.contains(
                "Remote already matches desired state; skipping push. Use --force to override."))

        let copy = "\(registry.host)/os/copy"
        try await workspace.cosa("copy-container", "--tls-verify=false", "--tag", "stable", name, copy).succeeded()
        #expect((try await inspect("\(copy):stable", "--raw")["manifests"] as? [Any])?.count == 2)
        try await workspace.cosa(
            "copy-container", "--tls-verify=false", "--tag", "stable", "--manifest-list-to-arch-tag", "always", name,
            "\(registry.host)/os/split"
        ).succeeded()
        let split = try await inspect("\(registry.host)/os/split:stable-arm64")
        #expect(split["Architecture"] as? String == "arm64")
    }

    /// Gives the build a second architecture: the same system in an image whose configuration names it.
    private func addArchitecture(_ arch: String, to workspace: Workspace) async throws {
        let store = BuildStore(WorkingDirectory(root: workspace.work))
        let source = store.path("7", arch: Self.arch)
        let target = store.path("7", arch: arch)
        try await Command("cp", ["-r", source.string, target.string]).run()
        let layout = workspace.root.appending("layout")
        var metadata = try store.metadata("7", arch: arch)
        let archive = target.appending(try #require(metadata.images["ostree"]?.path))
        try await Command("skopeo", ["copy", "--quiet", "oci-archive:\(archive)", "oci:\(layout)"]).run()
        func read(_ name: String) throws -> JSONObject { try JSONFile.read(layout.appending(name)) }
        func write(_ object: JSONObject) throws -> (digest: String, size: Int64) {
            let bytes = Array(JSONValue.object(object).prettyPrinted.utf8)
            let digest = Digest.of(bytes)
            try AtomicFile.write(bytes, to: layout.appending("blobs/sha256/\(digest)"))
            return ("sha256:\(digest)", Int64(bytes.count))
        }
        func replace(_ descriptor: JSONValue?, _ written: (digest: String, size: Int64)) -> JSONValue? {
            guard var object = descriptor?.object else { return nil }
            object["digest"] = .string(written.digest)
            object["size"] = .integer(written.size)
            return .object(object)
        }
        func blob(_ descriptor: JSONValue?) throws -> JSONObject {
            let digest = try #require(descriptor?.object?["digest"]?.string)
            return try read("blobs/sha256/\(digest.dropFirst("sha256:".count))")
        }
        var index = try read("index.json")
        let entry = try #require(index["manifests"]?.array?.first)
        var manifest = try blob(entry)
        var configuration = try blob(manifest["config"])
        configuration["architecture"] = .string(arch == "aarch64" ? "arm64" : "amd64")
        manifest["config"] = replace(manifest["config"], try write(configuration))
        index["manifests"] = .array([replace(entry, try write(manifest))].compactMap(\.self))
        try AtomicFile.write(
            Array(JSONValue.object(index).prettyPrinted.utf8), to: layout.appending("index.json"))
        try FileContent.remove(archive)
        try await Command("skopeo", ["copy", "--quiet", "oci:\(layout)", "oci-archive:\(archive)"]).run()
        metadata.setImage("ostree", try Artifact(file: archive))
        try store.updateMetadata("7", arch: arch) { $0 = metadata }
        try store.updateIndex { $0.insert("7", arch: arch) }
    }

    @Test func whatCannotBePushedSaysWhy() async throws {
        let registry = try ContainerRegistry()
        let workspace = try await build()
        let archive = workspace.builds.appending("7/\(Self.arch)/tiny-7-ostree.\(Self.arch).ociarchive")
        func lastLine(_ arguments: String...) async throws -> String {
            let run = try await workspace.cosa(arguments)
            #expect(
                run.status == (run.lastLine.contains("give either") || run.lastLine.contains("there is no /") ? 64 : 1))
            return run.lastLine
        }
        #expect(
            try await lastLine("push-container", "\(registry.host)/OS")
                == "error: \(registry.host)/OS is no image reference: it must be HOST/PATH[:TAG], the path in lower case"
        )
        #expect(
            try await lastLine("push-container", "--image", "node", "\(registry.host)/os")
                == "error: build 7 (\(Self.arch)) has no image node; it has: ostree, oci-manifest")
        #expect(
            try await lastLine("push-container", "--image", "qemu", "\(registry.host)/os")
                == "error: there is no image qemu to push; there are: extensions-container, node, ostree")
        #expect(
            try await lastLine("push-container", "--authfile", "/nowhere", "\(registry.host)/os")
                == "error: --authfile: there is no /nowhere")
        #expect(
            try await lastLine("push-container-manifest", "--repo", "\(registry.host)/os", "--tag", "1")
                == "error: give either images with --image, or an image of a build with --artifact")
        #expect(
            try await lastLine(
                "push-container-manifest", "--repo", "\(registry.host)/os:1", "--tag", "1", "--artifact", "ostree")
                == "error: \(registry.host)/os:1: give tags with --tag and not in the repository's name")
        #expect(
            try await lastLine(
                "push-container-manifest", "--repo", "\(registry.host)/os", "--tag", "1", "--artifact", "ostree",
                "--arch", "s390x")
                == "error: build 7 was not made for s390x; it has: \(Self.arch)")
        #expect(
            try await lastLine(
                "push-container-manifest", "--repo", "\(registry.host)/os", "--tag", "1", "--tls-verify=false",
                "--image", "oci-archive:\(archive)", "--image", "oci-archive:\(archive)")
                == "error: oci-archive:\(archive) and oci-archive:\(archive) are both for "
                + "\(Self.arch == "aarch64" ? "arm64" : "amd64"); an index has one image for each architecture")
        #expect(
            try await lastLine("copy-container", "--tag", "1", "\(registry.host)/os:1", "\(registry.host)/b")
                == "error: Invalid repo '\(registry.host)/os:1': use --tag to provide tags")

        try await Command("chmod", ["u+w", archive.string]).run()
        let handle = try #require(FileHandle(forWritingAtPath: archive.string))
        try handle.seek(toOffset: 2000)
        try handle.write(contentsOf: Data([1, 2, 3]))
        try handle.close()
        let expected = try #require(try metadata(workspace).images["ostree"]?.sha256)
        #expect(
            try await lastLine("push-container", "\(registry.host)/os")
                == "error: \(archive) is damaged: its SHA-256 is \(try Digest.ofFile(archive)) and not \(expected), as "
                + "meta.json says; it is not pushed")
        #expect(try metadata(workspace)["base-oscontainer"] == nil)
    }

    @Test func aSignatureGoesWhereTheConfigurationSays() async throws {
        let registry = try ContainerRegistry()
        let workspace = try await build()
        let key = try await SigningKey()
        let signatures = workspace.root.appending("signatures")
        try workspace.root.write(
            "docker:\n  \(registry.host):\n    sigstore-staging: file://\(signatures)\n",
            to: "registries.d/test.yaml")
        let run = try await workspace.cosa(
            [
                "push-container", "--tls-verify=false", "--no-sbom", "--sign-by", try await key.fingerprint(),
                "--registries.d",
                workspace.root.appending("registries.d").string, "\(registry.host)/os/tiny:1",
            ], environment: ["GNUPGHOME": key.homeDirectory.string])
        try run.succeeded()
        let digest = try #require(try metadata(workspace)["base-oscontainer"]?.object?["digest"]?.string)
        let signature = signatures.appending("os/tiny@\(digest.replacing(":", with: "="))/signature-1")
        #expect(FileContent.exists(signature))
    }
}
