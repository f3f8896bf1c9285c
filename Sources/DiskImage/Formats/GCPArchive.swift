import SystemPackage

/// Writes a disk as Google's cloud imports it: `disk.raw`, of a whole number of GiB, as a sparse file in a tar file of
/// GNU's old format, compressed with gzip.
struct GCPArchive {
    private static let member = "disk.raw"
    /// The archive's parts are whole multiples of this many bytes, wherever the file that it is made of has holes.
    private static let partUnit: Int64 = 64 << 10
    /// GNU tar fills its files up to this many bytes.
    private static let recordSize: Int64 = 20 * TarHeader.blockSize

    /// The disk.
    let disk: PatchedDisk
    /// The member's time of change, in seconds since 1970.
    let timestamp: Int64

    /// Writes the file, a new one.
    ///
    /// - Throws: ``DiskImageError``, `ZlibError`, or `Errno`.
    func write(to path: FilePath) throws {
        guard disk.size % .gibibyte == 0 else {
            throw DiskImageError.unalignedSize(disk.size, platform: "Google's cloud", unit: .gibibyte)
        }
        let parts = try disk.contentRanges(blockSize: Self.partUnit)
        let size = parts.reduce(Int64(0)) { $0 + ($1.upperBound - $1.lowerBound) }
        let output = try SparseFile.open(path, .writeOnly, options: [.create, .truncate])
        try output.closeAfter {
            let compressed = try ParallelGzip(level: 9) { _ = try output.writeAll($0) }
            let headers = TarHeader(name: Self.member, size: size, timestamp: timestamp)
                .sparse(parts: parts, realSize: disk.size)
            try compressed.write(headers)
            try disk.withReader { read in
                let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
                defer { buffer.deallocate() }
                for part in parts {
                    for start in stride(from: part.lowerBound, to: part.upperBound, by: buffer.count) {
                        let piece = UnsafeMutableRawBufferPointer(
                            rebasing: buffer[..<min(buffer.count, Int(part.upperBound - start))])
                        try read(piece, start)
                        try compressed.write(piece)
                    }
                }
            }
            let written = Int64(headers.count) + size
            let end = (written + 2 * TarHeader.blockSize + Self.recordSize - 1) / Self.recordSize * Self.recordSize
            try compressed.write(repeatElement(0, count: Int(end - written)))
            try compressed.finish()
        }
    }
}
