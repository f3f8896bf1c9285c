import DiskImage
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Treefile

/// Requests for disks of a small tree, and what tools say about the result.
struct DiskFixture {
    let directory: TemporaryDirectory
    let tree: OSTreeFixture

    init(files: [String: [UInt8]] = [:]) async throws {
        directory = try TemporaryDirectory()
        tree = try await OSTreeFixture(in: directory, files: files)
    }

    /// Keeps the directory until this is called.
    func keep() { withExtendedLifetime(directory) {} }

    /// A request whose image.yaml has these lines.
    func request(
        _ name: String, imageConfig: String = "size: 2\nrootfs: ext4\n", sectorSize: Int = 512
    ) throws -> DiskRequest {
        let image = try ImageConfig.load(try directory.write(imageConfig, to: "\(name).yaml"))
        let platforms = PlatformsTable(architectures: [
            "x86_64": [
                "qemu": .init(grubCommands: ["serial --speed=115200"], kernelArguments: ["console=ttyS0,115200n8"])
            ]
        ])
        return DiskRequest(
            repository: tree.repository, commit: tree.commit, ref: tree.ref, osname: "fixture", version: "1.2",
            basearch: "x86_64", timestamp: 1_700_000_000, sectorSize: sectorSize, image: image, platforms: platforms,
            container: ContainerIdentity(imageName: "quay.io/demo", imageDigest: "sha256:00"),
            workDirectory: directory.appending("work-\(name)"), output: directory.appending("\(name).raw"))
    }

    /// What `debugfs` answers about a partition's filesystem.
    static func debugfs(_ request: String, _ image: FilePath, _ partition: PartitionExtent) async throws -> String {
        try await Command("debugfs", ["-R", request, "\(image)?offset=\(partition.start)"]).run().text
    }

    /// What is wrong with a partition's filesystem; empty where nothing is.
    static func problems(_ image: FilePath, _ partition: PartitionExtent) async throws -> String {
        let result = try await Command("e2fsck", ["-f", "-n", "\(image)?offset=\(partition.start)"]).capture()
        return result.status == 0 ? "" : result.text
    }

    /// A number as wide as in `sfdisk --dump`.
    static func padded(_ number: Int64) -> String {
        let text = String(number)
        return String(repeating: " ", count: 12 - text.count) + text
    }
}
