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

    @Test func nothingIsLeftInTheTemporaryFolder() async throws {
        let workspace = try await Workspace(image: "size: 2\nrootfs: ext4\n")
        try await workspace.cosa("build", "--version", "1").succeeded()
        let folder = workspace.root.appending("temporary")
        try FileContent.createDirectory(folder)
        let output = try await Command(
            Tool.path("cosa"), ["osbuild", "qemu"], environment: ["TMPDIR": folder.string],
            workingDirectory: workspace.work
        ).capture()
        try Workspace.Run(arguments: ["osbuild"], output: output).succeeded()
        #expect(FileContent.names(in: folder) == [])
    }

    @Test func aUserWithoutPrivilegesMakesTheSameBytes() async throws {
        let workspace = try await Workspace(image: "size: 2\nrootfs: ext4\n")
        try await workspace.cosa("build", "--version", "1").succeeded()
        let user = try await UnprivilegedUser(copying: workspace)
        let copy = user.work
        try await user.cosa("osbuild", "metal", "qemu").succeeded()
        try await workspace.cosa("osbuild", "metal", "qemu").succeeded()
        for platform in ["metal", "qemu"] {
            let digests = try [copy, workspace.work].map {
                try BuildStore(WorkingDirectory(root: $0)).metadata("1", arch: Architecture.current).images[platform]?
                    .sha256
            }
            #expect(digests[0] != nil && digests[0] == digests[1], "\(platform)")
        }
    }
}
