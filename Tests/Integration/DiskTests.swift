import Builds
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

/// Disk images made by the command.
@Suite struct DiskTests {
    private struct Kept: Decodable {
        struct Image: Decodable { let commit: String }
        let image: Image
    }

    @Test func anImageIsThatOfItsBuild() async throws {
        let workspace = try await Workspace(image: "size: 2\nrootfs: ext4\n")
        /// Makes the images of a build; which commit the raw image holds that they are made of.
        func extend(_ version: String) async throws -> String {
            try await workspace.cosa("build", "--version", version).succeeded()
            try await workspace.cosa("buildextend", "metal").succeeded()
            try await workspace.cosa("buildextend-qemu").succeeded()
            let commit = try await workspace.cosa("meta", "--get-value", "ostree-commit").succeeded().output.text
            let record = try FileContent.read(workspace.work.appending("tmp/disk/raw.json"))
            #expect(try JSONDecoder().decode(Kept.self, from: Data(record)).image.commit == commit)
            return try await workspace.cosa("meta", "--get-value", "images.qemu.sha256").succeeded().output.text
        }
        let first = try await extend("1")
        try workspace.root.write("new\n", to: "work/overrides/rootfs/usr/share/new")
        #expect(try await extend("2") != first)
        let again = try await workspace.cosa("buildextend-qemu").succeeded()
        #expect(again.output.text.contains("qemu image already exists: "))
    }

    @Test func imagesAreMadeAnewWhereThatIsAskedFor() async throws {
        let workspace = try await Workspace(image: "size: 2\nrootfs: ext4\n")
        try await workspace.cosa("build", "--version", "1").succeeded()
        let first = try await workspace.cosa("buildextend-qemu").succeeded().output.text
        let path = FilePath(try await workspace.cosa("meta", "--image-path", "qemu").succeeded().output.text)
        let digest = try Digest.ofFile(path)
        #expect(first.contains(path.string))
        // Neither the image nor the raw one that it was made of is worth anything any more.
        for damaged in [path, workspace.work.appending("tmp/disk/raw.img")] {
            try #require(FileContent.exists(damaged))
            try AtomicFile.write(Array("damaged".utf8), to: damaged)
        }
        let kept = try await workspace.cosa("buildextend-qemu").succeeded()
        #expect(kept.output.text.contains("qemu image already exists: "))
        #expect(kept.output.text.contains("All requested platforms have already been built"))
        #expect(try Digest.ofFile(path) != digest)
        let forced = try await workspace.cosa("buildextend-qemu", "--force").succeeded()
        #expect(forced.output.text.contains("Successfully generated: "))
        #expect(try Digest.ofFile(path) == digest)
        #expect(
            try await workspace.cosa("meta", "--get-value", "images.qemu.sha256").succeeded().output.text == digest)
    }

    /// Runs `cosa` as a user without privileges in a copy of the working directory, which belongs to that user.
    private func cosaAsNobody(_ arguments: String..., in workspace: Workspace) async throws -> (
        Workspace.Run, copy: FilePath
    ) {
        let (home, cosa) = (workspace.root.appending("nobody"), workspace.root.appending("cosa"))
        try await Command(
            "sh",
            [
                "-c",
                """
                chmod 755 "$1" && mkdir -p "$2" && cp -a "$1/work" "$2" && rm -rf "$2/work/tmp/disk" "$2/work/tmp/lock" &&
                chown -R 65534:65534 "$2" && cp "$3" "$4" && chmod 755 "$4"
                """, "sh", workspace.root.path.string, home.string, Tool.path("cosa"), cosa.string,
            ]
        ).run()
        let copy = home.appending("work")
        let output = try await Command(
            "setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", cosa.string] + arguments,
            environment: ["HOME": home.string], workingDirectory: copy
        ).capture()
        return (Workspace.Run(arguments: arguments, output: output), copy)
    }

    @Test func aUserWithoutPrivilegesMakesTheSameBytes() async throws {
        let workspace = try await Workspace(image: "size: 2\nrootfs: ext4\n")
        try await workspace.cosa("build", "--version", "1").succeeded()
        let (run, copy) = try await cosaAsNobody("osbuild", "metal", "qemu", in: workspace)
        try run.succeeded()
        try await workspace.cosa("osbuild", "metal", "qemu").succeeded()
        for platform in ["metal", "qemu"] {
            let digests = try [copy, workspace.work].map {
                try BuildStore(WorkingDirectory(root: $0)).metadata("1", arch: Architecture.current).images[platform]?
                    .sha256
            }
            #expect(digests[0] != nil && digests[0] == digests[1], "\(platform)")
        }
    }

    @Test func aFilesystemThatOnlyRootCanWriteSaysSo() async throws {
        let workspace = try await Workspace(image: "size: 2\nrootfs: xfs\n")
        try await workspace.cosa("build", "--version", "1").succeeded()
        let (run, copy) = try await cosaAsNobody("buildextend-metal", in: workspace)
        #expect(run.status == 1)
        #expect(
            run.lastLine
                == "error: image.yaml: `rootfs: xfs` is written through a loop device, which needs root; run this as root, "
                + "or use `rootfs: ext4`")
        #expect(!FileContent.exists(copy.appending("tmp/disk/raw.img")))
    }
}
