import SystemPackage
import Zlib

/// Writes a disk in QEMU's format, version 3, with clusters of 64 KiB (QEMU's docs/interop/qcow2.txt).
///
/// The data come first, in the disk's order and without clusters of zeros, and all tables after them, so the bytes depend
/// on the disk's content alone.
struct Qcow2File {
    static let clusterSize: Int64 = 64 << 10

    /// What is written.
    let disk: PatchedDisk
    /// What of it.
    let content: Content

    /// What a file holds.
    enum Content {
        /// The disk.
        case plain
        /// The disk, each cluster compressed.
        case compressed
        /// The patch alone, on top of the disk's raw image, which the file names.
        case patch
    }

    /// Writes the file, a new one.
    ///
    /// - Throws: ``DiskImageError``, `ZlibError`, or `Errno`.
    func write(to path: FilePath) throws {
        let output = try SparseFile.open(path, .readWrite, options: [.create, .truncate])
        try output.closeAfter {
            var tables = Tables(diskSize: disk.size)
            if content == .patch {
                try writePatch(to: output, &tables)
            } else {
                try disk.forEachClusters(of: Self.clusterSize) { try write($0, to: output, &tables) }
            }
            let end = tables.layOut()
            try output.writeAll(toAbsoluteOffset: end.offset, end.bytes)
            let name = content == .patch ? Array(disk.base.string.utf8) : []
            try output.writeAll(toAbsoluteOffset: 0, header(tables, backingFile: name))
        }
    }

    private func write(
        _ clusters: [DiskPatch.Piece], to output: FileDescriptor, _ tables: inout Tables
    ) throws {
        guard content == .compressed else {
            for cluster in clusters {
                try output.writeAll(toAbsoluteOffset: tables.addCluster(for: cluster.offset), cluster.bytes)
            }
            return
        }
        let compressed = try clusters.concurrentMap { cluster in
            try cluster.bytes.withUnsafeBytes { try BufferCompressor.compress($0, .deflate4K) }
        }
        for (cluster, bytes) in zip(clusters, compressed) {
            if bytes.count < cluster.bytes.count {
                let place = tables.addCompressed(bytes.count, for: cluster.offset)
                try output.writeAll(toAbsoluteOffset: place, bytes)
            } else {
                try output.writeAll(toAbsoluteOffset: tables.addCluster(for: cluster.offset), cluster.bytes)
            }
        }
    }

    /// Writes the clusters that the patch touches, with zeros, too: what lies below is hidden by them.
    private func writePatch(to output: FileDescriptor, _ tables: inout Tables) throws {
        let onlyPatch = PatchedDisk(base: "/dev/null", baseSize: 0, patch: disk.patch, size: disk.size)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(Self.clusterSize), alignment: 4096)
        defer { buffer.deallocate() }
        try disk.withReader { read in
            for range in try onlyPatch.dataRanges(alignment: Self.clusterSize) {
                for start in stride(from: range.lowerBound, to: range.upperBound, by: Int(Self.clusterSize)) {
                    try read(buffer, start)
                    try output.writeAll(
                        toAbsoluteOffset: tables.addCluster(for: start), UnsafeRawBufferPointer(buffer))
                }
            }
        }
    }

    private func header(_ tables: Tables, backingFile name: [UInt8]) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: Int(Self.clusterSize))
        let length = 104
        header.put([0x51, 0x46, 0x49, 0xfb], at: 0)
        header.put(bigEndian: UInt32(3), at: 4)
        // Clusters have 2^16 bytes.
        header.put(bigEndian: UInt32(16), at: 20)
        header.put(bigEndian: UInt64(disk.size), at: 24)
        header.put(bigEndian: UInt32(tables.l1.count), at: 36)
        header.put(bigEndian: UInt64(tables.l1Offset), at: 40)
        header.put(bigEndian: UInt64(tables.countTableOffset), at: 48)
        header.put(bigEndian: UInt32(tables.countTableClusters), at: 56)
        // Reference counts have 2^4 bits.
        header.put(bigEndian: UInt32(4), at: 96)
        header.put(bigEndian: UInt32(length), at: 100)
        guard !name.isEmpty else { return header }
        // The extension that names the format of the backing file, and the end of extensions.
        header.put(bigEndian: UInt32(0xe279_2aca), at: length)
        header.put(bigEndian: UInt32(3), at: length + 4)
        header.put("raw".utf8, at: length + 8)
        header.put(bigEndian: UInt64(length + 24), at: 8)
        header.put(bigEndian: UInt32(name.count), at: 16)
        header.put(name, at: length + 24)
        return header
    }
}
