import Foundation
import HostSystem
import SystemPackage

/// A partition table as sfdisk sees it.
struct PartitionList: Decodable, Equatable {
    struct Partition: Decodable, Equatable {
        /// With the partition's number at its end.
        var node: String
        /// In sectors.
        let start: Int
        /// In sectors.
        let size: Int
        let type: String
        let uuid: String
        let name: String?
        let attrs: String?

        var number: Int { Int(node.reversed().prefix { $0.isNumber }.reversed().map(String.init).joined()) ?? 0 }
    }

    private struct Document: Decodable {
        let partitiontable: PartitionList
    }

    let label: String
    let id: String
    var partitions: [Partition]

    /// Reads a disk's table; nil where it has none.
    static func read(_ disk: FilePath) async throws -> PartitionList? {
        let output = try await Command("sfdisk", ["--json", disk.string]).capture()
        guard output.status == 0 else { return nil }
        var table = try JSONDecoder().decode(Document.self, from: Data(output.standardOutput)).partitiontable
        // The number is all that matters of it.
        for index in table.partitions.indices { table.partitions[index].node = "p\(table.partitions[index].number)" }
        return table
    }

    /// Writes a table.
    static func write(_ script: String, to disk: FilePath) async throws {
        try await Command(
            "sfdisk", ["--quiet", "--wipe", "never", "--no-reread", "--no-tell-kernel", disk.string]
        ).run(input: Array(script.utf8))
    }
}
