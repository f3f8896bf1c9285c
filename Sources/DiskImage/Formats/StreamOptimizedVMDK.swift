import HostSystem
import SystemPackage
import Zlib

/// Writes a disk as a stream-optimized VMDK (VMware's "Virtual Disk Format 5.0"), compressing its grains on all
/// processors. qemu-img makes the empty file, with header, descriptor and tables; grains and what the tables say of them are
/// what its `convert` would write.
struct StreamOptimizedVMDK {
    private static let sectorSize: Int64 = 512
    private static let grainSize: Int64 = 64 << 10
    private static let entriesPerTable = 512

    /// The disk.
    let disk: PatchedDisk
    /// Options of qemu-img, such as the adapter's type.
    let options: [String]
    /// What the content id is derived from.
    let seed: String

    /// Writes the file, a new one.
    ///
    /// - Throws: ``DiskImageError``, `CommandError`, `ZlibError`, or `Errno`.
    func write(to path: FilePath) async throws {
        let options = (["subformat=streamOptimized"] + options).joined(separator: ",")
        try await Command(
            "qemu-img", ["create", "-q", "-f", "vmdk", "-o", options, path.string, String(disk.size)]
        ).run()
        try await Blocking.run {
            try fill(path)
            try VMDKHeader.normalize(path, seed: seed)
        }
    }

    private func fill(_ path: FilePath) throws {
        let header = try SparseFile.read(path, at: 0, count: Int(Self.sectorSize))
        let grain = header.littleEndian(Int64.self, at: 20) * Self.sectorSize
        let entries: UInt32 = header.littleEndian(at: 44)
        guard header.starts(with: "KDMV".utf8), grain == Self.grainSize, entries == UInt32(Self.entriesPerTable) else {
            throw DiskImageError.unexpectedFormat(path, expected: "a VMDK with grains of 64 KiB")
        }
        let overhead = header.littleEndian(Int64.self, at: 64) * Self.sectorSize
        var table = [UInt32](repeating: 0, count: Int((disk.size + grain - 1) / grain))
        let output = try SparseFile.open(path, .readWrite)
        try output.closeAfter {
            var place = overhead
            var last = overhead
            try disk.forEachClusters(of: grain) { grains in
                let compressed = try grains.concurrentMap { grain in
                    try grain.bytes.withUnsafeBytes { try BufferCompressor.compress($0, .zlib) }
                }
                var bytes: [UInt8] = []
                let start = place
                for (grain, data) in zip(grains, compressed) {
                    last = place
                    table[Int(grain.offset / Self.grainSize)] = UInt32(place / Self.sectorSize)
                    var marker = [UInt8](repeating: 0, count: 12)
                    marker.put(littleEndian: UInt64(grain.offset / Self.sectorSize), at: 0)
                    marker.put(littleEndian: UInt32(data.count), at: 8)
                    bytes += marker + data
                    let end = (Int64(bytes.count) + Self.sectorSize - 1) / Self.sectorSize * Self.sectorSize
                    bytes += Array(repeating: 0, count: Int(end) - bytes.count)
                    place = start + end
                }
                try output.writeAll(toAbsoluteOffset: start, bytes)
            }
            // The zeros after the last grain end the stream: a marker of no grain and no size.
            try SparseFile.resize(path, to: max(place, last + grain))
            for directory in [header.littleEndian(Int64.self, at: 48), header.littleEndian(Int64.self, at: 56)] {
                try write(table, directory: directory * Self.sectorSize, of: path, to: output)
            }
        }
    }

    /// Writes the grain tables that one of the two directories lists.
    private func write(_ table: [UInt32], directory: Int64, of path: FilePath, to output: FileDescriptor) throws {
        let count = (table.count + Self.entriesPerTable - 1) / Self.entriesPerTable
        let places = try SparseFile.read(path, at: directory, count: 4 * count)
        for number in 0..<count {
            let part = table[number * Self.entriesPerTable..<min((number + 1) * Self.entriesPerTable, table.count)]
            guard part.contains(where: { $0 != 0 }) else { continue }
            let place = Int64(places.littleEndian(UInt32.self, at: 4 * number)) * Self.sectorSize
            var bytes = [UInt8](repeating: 0, count: 4 * part.count)
            for (index, entry) in part.enumerated() { bytes.put(littleEndian: entry, at: 4 * index) }
            try output.writeAll(toAbsoluteOffset: place, bytes)
        }
    }
}
