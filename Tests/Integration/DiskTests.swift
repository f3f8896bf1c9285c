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
}
