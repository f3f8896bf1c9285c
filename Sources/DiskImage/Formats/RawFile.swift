import SystemPackage

/// Writes a disk as its bytes; holes stay holes, and where the filesystem can, the file shares the raw image's blocks.
struct RawFile {
    /// The disk.
    let disk: PatchedDisk

    /// Writes the file, a new one.
    ///
    /// - Parameter footer: what comes after the disk.
    /// - Throws: ``DiskImageError``, or `Errno`.
    func write(to path: FilePath, footer: [UInt8] = []) throws {
        try SparseFile.copy(disk.base, to: path)
        try SparseFile.resize(path, to: disk.size + Int64(footer.count))
        let output = try SparseFile.open(path, .readWrite)
        try output.closeAfter {
            for piece in disk.patch.pieces { try output.writeAll(toAbsoluteOffset: piece.offset, piece.bytes) }
            try output.writeAll(toAbsoluteOffset: disk.size, footer)
        }
    }
}
