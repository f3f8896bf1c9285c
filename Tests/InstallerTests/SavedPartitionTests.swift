import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@Suite("Partitions that stay", .enabled(if: geteuid() == 0, needsRoot))
struct SavedPartitionTests {
    @Test(
        "are found by label and by number, keep their content, and get another number where the image has theirs",
        arguments: [
            (512, ["save_partlabel=da*,q?x"], [3: 5, 7: 7]),
            (4096, ["save_partlabel=none,\u{e9}t\u{e9}*"], [9: 9]),
            (512, ["save_partindex=2-3,9"], [3: 5, 9: 9]),
            (512, ["save_partindex=7-"], [7: 7, 9: 9]),
            (512, ["save_partlabel=data", "save_partindex=7"], [3: 5, 7: 7]),
            (512, ["save_partlabel=none", "save_partindex=20-30"], [:]),
        ])
    func saved(sectorSize: Int, arguments: [String], numbers: [Int: Int]) async throws {
        let live = try await LiveSystem(sectorSize: sectorSize)
        let image = try await TestImage(in: live.folder, sectorSize: sectorSize)
        try await live.carry(image)
        let before = try await live.partition()
        let kept = before.partitions.filter { numbers[$0.number] != nil }
        let content = try live.content(of: kept, sectorSize: sectorSize)
        let words = arguments.map { "coreos.inst.\($0)" }
        let outcome = try await live.install(words[0], words.count > 1 ? words[1] : "quiet")
        let expected = kept.map { partition in
            var partition = partition
            partition.node = "p\(numbers[partition.number] ?? 0)"
            return partition
        }
        try await live.expectInstalled(image, outcome, saved: expected)
        #expect(try live.content(of: kept, sectorSize: sectorSize) == content)
    }

    @Test("one that the image would cover is refused, with the bytes")
    func covered() async throws {
        let live = try await LiveSystem()
        try await live.carry(try await TestImage(in: live.folder))
        _ = try await live.partition()
        let before = try Digest.ofFile(live.backing)
        live.expect(
            try await live.install("coreos.inst.save_partindex=1"),
            failed:
                "cannot save partitions of \(live.disk.path): partition 1 (old root) begins at byte 1048576, sector 2048, "
                + "and the image ends at byte 12582912: move it, or leave it out of coreos.inst.save_part*")
        #expect(try Digest.ofFile(live.backing) == before)
    }

    @Test("ranges that are none are refused", arguments: ["0", "-", "3-2", "a", "1-2-3", "0-4"])
    func ranges(range: String) async throws {
        let live = try await LiveSystem()
        live.expect(
            try await live.install("coreos.inst.save_partindex=1,\(range)"),
            failed:
                "coreos.inst.save_partindex: '\(range)' is neither a number of 1 or more nor a range such as 2-4, 2- or "
                + "-4: correct it")
        try live.expectUntouched()
    }

    @Test("a table of the old kind cannot be saved from; labels, which it has none of, match nothing")
    func oldTable() async throws {
        let live = try await LiveSystem()
        let image = try await TestImage(in: live.folder)
        try await live.carry(image)
        try await PartitionList.write("label: dos\n1: start=30000, size=2000, type=83\n", to: live.disk.path)
        live.expect(
            try await live.install("coreos.inst.save_partindex=1"),
            failed: "cannot save partitions of \(live.disk.path): it has no GPT that can be read; "
                + "leave coreos.inst.save_part* away to lose them")
        try await live.expectInstalled(image, try await live.install("coreos.inst.save_partlabel=*"))
    }

    @Test("a GPT that is destroyed is not taken for an empty one")
    func destroyedTable() async throws {
        let live = try await LiveSystem()
        try await live.carry(try await TestImage(in: live.folder))
        _ = try await live.partition()
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: live.backing.string))
        for offset in [512, (24 << 20) - 512] {
            try handle.seek(toOffset: UInt64(offset))
            try handle.write(contentsOf: Data(count: 512))
        }
        try handle.close()
        live.expect(
            try await live.install("coreos.inst.save_partlabel=data"),
            failed: "cannot save partitions of \(live.disk.path): it has no GPT that can be read; "
                + "leave coreos.inst.save_part* away to lose them")
    }
}

extension LiveSystem {
    /// Gives the disk an old system's partitions and some that are worth keeping, beyond the image's end.
    func partition() async throws -> PartitionList {
        let sectorSize = try await Int(Command("blockdev", ["--getss", disk.path.string]).run().text) ?? 512
        func line(_ number: Int, _ start: Int, _ size: Int, _ rest: String) -> String {
            "\(number): start=\((start << 20) / sectorSize), size=\((size << 20) / sectorSize), \(rest)\n"
        }
        try await PartitionList.write(
            "label: gpt\n" + line(1, 1, 10, "name=\"old root\"") + line(3, 12, 2, "name=data, attrs=GUID:50")
                + line(7, 14, 3, "name=\"q\\x22x\", type=swap") + line(9, 20, 2, "name=\"\u{e9}t\u{e9} \\x5c n\""),
            to: disk.path)
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: backing.string))
        defer { try? file.close() }
        for start in [12, 14, 20] {
            try file.seek(toOffset: UInt64(start << 20))
            try file.write(contentsOf: Data("saved \(start)".utf8))
        }
        guard let table = try await PartitionList.read(disk.path) else { throw Errno.invalidArgument }
        return table
    }

    /// The bytes of partitions.
    func content(of partitions: [PartitionList.Partition], sectorSize: Int) throws -> [[UInt8]] {
        try partitions.map {
            try TestImage.bytes($0.start * sectorSize..<($0.start + $0.size) * sectorSize, of: backing)
        }
    }
}
