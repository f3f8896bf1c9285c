import Testing
import Treefile

@testable import DiskImage

@Suite("Partition tables")
struct PartitionTableTests {
    private static let mebibyte: Int64 = 1 << 20

    @Test("x86_64 has the four partitions of coreos-assembler, one after the other")
    func layout() throws {
        let table = try #require(PartitionTable.all["x86_64"])
        #expect(table.partitions.map(\.name) == ["BIOS-BOOT", "EFI-SYSTEM", "boot", "root"])
        let extents = table.extents(diskSize: 1024 * Self.mebibyte)
        #expect(extents.map { $0.start / Self.mebibyte } == [1, 2, 129, 513])
        #expect(extents.map { $0.size / Self.mebibyte } == [1, 127, 384, 510])
    }

    @Test("the root partition leaves room for the second copy of the table, also on a disk of odd size")
    func oddSize() throws {
        for (name, table) in PartitionTable.all {
            let diskSize = 2048 * Self.mebibyte + 12345
            let last = try #require(table.extents(diskSize: diskSize).last)
            #expect(last.size % Self.mebibyte == 0, "\(name)")
            #expect(last.start + last.size <= diskSize - 33 * 512, "\(name)")
        }
    }

    @Test("boot and root have the numbers 3 and 4 on every architecture")
    func numbers() {
        for (name, table) in PartitionTable.all {
            #expect(table.partitions.first { $0.role == .boot }?.number == 3, "\(name)")
            #expect(table.partitions.first { $0.role == .root }?.number == 4, "\(name)")
            #expect(table.partitions.last?.size == nil, "\(name)")
        }
    }

    @Test("the names that image.yaml knows are those of the tables")
    func names() {
        let names = Set(PartitionTable.all.values.flatMap(\.partitions).map(\.name))
        #expect(names == Set(PartitionConfig.standardNames + [PartitionConfig.rootName]))
    }
}
