import Builds
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

/// `cosa import`: images that become builds.
@Suite struct ImportTests {
    private static let arch = Architecture.current

    /// A workspace with build 7, and its OCI archive.
    private func built() async throws -> (Workspace, archive: FilePath) {
        let workspace = try await Workspace()
        try await workspace.cosa("build", "--version", "7").succeeded()
        let store = BuildStore(WorkingDirectory(root: workspace.work))
        return (workspace, try store.artifact("ostree", of: "7", arch: Self.arch))
    }

    private func metadata(_ work: FilePath, _ id: String = "7") throws -> BuildMetadata {
        try BuildStore(WorkingDirectory(root: work)).metadata(id, arch: Self.arch)
    }

    @Test func anImageOfOursBecomesTheSameBuild() async throws {
        let (origin, archive) = try await built()
        let target = try await Workspace()
        let run = try await target.cosa("import", "oci-archive:\(archive)").succeeded()
        #expect(run.output.text.hasSuffix("Imported 7 (\(Self.arch)): \(target.builds)/7/\(Self.arch)"))
        let (before, after) = (try metadata(origin.work), try metadata(target.work))
        for key in ["ostree-commit", "ostree-version", "ostree-timestamp", "name", "rpm-ostree-inputhash"] {
            #expect(after[key] == before[key], "\(key)")
        }
        #expect(after.ociLabels == before.ociLabels)
        #expect(after["coreos-assembler.oci-imported"] == true)
        #expect(after.images["oci-manifest"]?.sha256 == before.images["oci-manifest"]?.sha256)
        #expect(after.problems.isEmpty)
        let (old, new) = (origin.builds.appending("7/\(Self.arch)"), target.builds.appending("7/\(Self.arch)"))
        let lockfile = GeneratedLockfile.fileName(arch: Self.arch)
        #expect(try FileContent.read(new.appending(lockfile)) == FileContent.read(old.appending(lockfile)))
        let list = "rpmostree.rpmdb.pkglist"
        let packages = try JSONFile.read(new.appending(CommitMetadata.fileName))[list]
        #expect(try packages == JSONFile.read(old.appending(CommitMetadata.fileName))[list])
        #expect(packages?.array?.isEmpty == false)
        #expect(
            try JSONFile.read(new.appending(SideFile.name))["sbom"]?.object?.keys.sorted() == ["cyclonedx", "spdx"])
        #expect(FileContent.linkTarget(target.builds.appending("latest")) == "7")
        let check = try await Command("ostree", ["fsck", "--repo=\(target.work)/tmp/repo"]).run()
        #expect(check.text.contains("no errors found."))

        let again = try await target.cosa("import", "oci-archive:\(archive)").succeeded()
        #expect(
            again.output.text.hasSuffix(
                "Image unchanged (sha256:\(after.images["oci-manifest"]?.sha256 ?? "")): build 7"))
        try await target.cosa("import", "--force", "oci-archive:\(archive)").succeeded()
        #expect(try metadata(target.work).ostreeCommit == before.ostreeCommit)
        // Disks are made of it as of any build.
        try await target.cosa("buildextend-qemu").succeeded()
        #expect(try metadata(target.work).images["qemu"] != nil)
    }

    @Test func anImageComesFromARegistry() async throws {
        let (origin, _) = try await built()
        let registry = try ContainerRegistry()
        let name = "\(registry.host)/os/tiny:7"
        try await origin.cosa("push-container", "--tls-verify=false", name).succeeded()
        let target = try await Workspace()
        let arguments = ["import", "--tls-verify=false", "docker://\(name)"]
        try await target.cosa(arguments).succeeded()
        #expect(try metadata(target.work).ostreeCommit == metadata(origin.work).ostreeCommit)
        let again = try await target.cosa(arguments).succeeded()
        #expect(again.output.text.contains("Image unchanged ("))
    }

    @Test func anotherImageOfTheSameVersionIsNotTakenForIt() async throws {
        let (workspace, archive) = try await built()
        let other = try await Self.changing(archive, in: workspace.root) { $0["vendor"] = "other" }
        let before = try workspace.buildsDigest()
        let run = try await workspace.cosa("import", "oci-archive:\(other)")
        #expect(run.status == 1)
        #expect(
            run.lastLine
                == "error: Build ID 7 (\(Self.arch)) already exists, and oci-archive:\(other) is another image: "
                + "--force replaces the build, --version gives the new one another id")
        #expect(try workspace.buildsDigest() == before)
        try await workspace.cosa("import", "--version", "8", "oci-archive:\(other)").succeeded()
        #expect(try metadata(workspace.work, "8").ociLabels["vendor"] == "other")
        try await workspace.cosa("tag", "update", "--build", "7", "--tag", "release").succeeded()
        let tagged = try await workspace.cosa("import", "--force", "oci-archive:\(other)")
        #expect(tagged.lastLine == "error: build 7 is tagged release; `cosa tag delete --tag` comes first")
        #expect(try metadata(workspace.work).ociLabels["vendor"] == nil)
        try await workspace.cosa("tag", "delete", "--tag", "release").succeeded()
        try await workspace.cosa("import", "--force", "oci-archive:\(other)").succeeded()
        #expect(try metadata(workspace.work).ociLabels["vendor"] == "other")
        #expect(FileContent.linkTarget(workspace.builds.appending("latest")) == "7")
        let refs = try await Command("ostree", ["refs", "--repo=\(workspace.work)/tmp/repo", "--list"]).run()
        #expect(!refs.text.contains("importing/"))
    }

    @Test func anImageThatNamesNoVersionNeedsOne() async throws {
        let (workspace, archive) = try await built()
        let other = try await Self.changing(archive, in: workspace.root) {
            $0["org.opencontainers.image.version"] = nil
        }
        let run = try await workspace.cosa("import", "oci-archive:\(other)")
        #expect(run.status == 1)
        #expect(
            run.lastLine
                == "error: oci-archive:\(other) has no label org.opencontainers.image.version to name the build by; give "
                + "it an id with --version")
        let missing = try await workspace.cosa("import", "oci-archive:/nothing.ociarchive")
        #expect(missing.lastLine == "error: cannot open /nothing.ociarchive: No such file or directory")
        let foreign = try await workspace.cosa("import", "--arch=s390x", "oci-archive:\(archive)")
        #expect(
            foreign.lastLine.hasSuffix(
                "is for amd64 and not for s390x; name the image for s390x, or the other architecture with --arch"))
        #expect(
            try await workspace.cosa("import", "fedora:latest").lastLine.hasSuffix(
                "is no image reference: it must begin with oci-archive:, oci:, docker:// or containers-storage:"))
    }

    /// The image of an archive with other labels.
    private static func changing(
        _ archive: FilePath, in directory: TemporaryDirectory, _ change: (inout [String: String]) -> Void
    ) async throws -> FilePath {
        let layout = directory.appending("changed")
        try FileContent.createDirectory(layout)
        try await Command("tar", ["-xf", archive.string, "-C", layout.string]).run()
        let blobs = layout.appending("blobs/sha256")
        func object(_ path: FilePath) throws -> [String: Any] {
            try #require(
                try JSONSerialization.jsonObject(with: Data(FileContent.read(path))) as? [String: Any])
        }
        func replace(_ descriptor: inout [String: Any], _ change: (inout [String: Any]) throws -> Void) throws {
            let digest = try #require(descriptor["digest"] as? String).dropFirst("sha256:".count)
            var document = try object(blobs.appending(String(digest)))
            try change(&document)
            let bytes = Array(try JSONSerialization.data(withJSONObject: document, options: .sortedKeys))
            descriptor["digest"] = "sha256:\(Digest.of(bytes))"
            descriptor["size"] = bytes.count
            try AtomicFile.write(bytes, to: blobs.appending(Digest.of(bytes)))
        }
        var index = try object(layout.appending("index.json"))
        var manifests = try #require(index["manifests"] as? [[String: Any]])
        try replace(&manifests[0]) { manifest in
            var configuration = try #require(manifest["config"] as? [String: Any])
            try replace(&configuration) { document in
                var execution = try #require(document["config"] as? [String: Any])
                var labels = try #require(execution["Labels"] as? [String: String])
                change(&labels)
                execution["Labels"] = labels
                document["config"] = execution
            }
            manifest["config"] = configuration
        }
        index["manifests"] = manifests
        try AtomicFile.write(
            Array(try JSONSerialization.data(withJSONObject: index)), to: layout.appending("index.json"))
        let result = directory.appending("changed.ociarchive")
        try await Command("tar", ["-cf", result.string, "-C", layout.string, "."]).run()
        return result
    }
}
