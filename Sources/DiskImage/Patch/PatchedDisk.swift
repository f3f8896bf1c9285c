import Foundation
import SystemPackage

/// A platform's disk as it is read: the raw image with a patch over it, and a hole up to its size. Nothing is copied.
struct PatchedDisk: Sendable {
    /// The raw image.
    let base: FilePath
    /// The raw image's size in bytes.
    let baseSize: Int64
    /// What differs from it.
    let patch: DiskPatch
    /// The size of the disk in bytes.
    let size: Int64

    /// Where the disk has data, in ascending order: whole blocks of `alignment` bytes, neighbours joined. What lies
    /// between them are zeros, and there may be zeros in them: which holes a file has is up to its filesystem.
    ///
    /// - Throws: ``DiskImageError``.
    func dataRanges(alignment: Int64) throws -> [Range<Int64>] {
        let ranges = try SparseFile.dataRanges(base).filter { $0.lowerBound < size } + patch.pieces.map(\.range)
        let aligned = ranges.map { range in
            range.lowerBound / alignment
                * alignment..<min(
                    (range.upperBound + alignment - 1) / alignment * alignment, size)
        }
        return Self.joined(aligned.sorted { $0.lowerBound < $1.lowerBound })
    }

    /// Where the disk has anything but zeros, in ascending order: whole blocks of `blockSize` bytes, neighbours joined.
    /// All data are read for it.
    ///
    /// - Throws: ``DiskImageError``, or `Errno`.
    func contentRanges(blockSize: Int64) throws -> [Range<Int64>] {
        let ranges = try dataRanges(alignment: blockSize)
        return try withReader { read in
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(blockSize), alignment: 4096)
            defer { buffer.deallocate() }
            var blocks: [Range<Int64>] = []
            for range in ranges {
                for start in stride(from: range.lowerBound, to: range.upperBound, by: Int(blockSize)) {
                    try read(buffer, start)
                    if !buffer.isZero { blocks.append(start..<min(start + blockSize, size)) }
                }
            }
            return Self.joined(blocks)
        }
    }

    /// Calls `body` with the disk's clusters that have anything but zeros, in ascending order and some hundred at a time.
    /// A last cluster that the disk does not fill is filled up with zeros.
    ///
    /// - Parameter size: bytes of a cluster.
    /// - Throws: ``DiskImageError``, `Errno`, or what `body` throws.
    func forEachClusters(of size: Int64, _ body: ([DiskPatch.Piece]) throws -> Void) throws {
        let ranges = try dataRanges(alignment: size)
        try withReader { read in
            var batch: [DiskPatch.Piece] = []
            for range in ranges {
                for start in stride(from: range.lowerBound, to: range.upperBound, by: Int(size)) {
                    var isZero = false
                    let bytes = try [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
                        let bytes = UnsafeMutableRawBufferPointer(
                            rebasing: UnsafeMutableRawBufferPointer(buffer)[..<Int(size)])
                        try read(bytes, start)
                        isZero = bytes.isZero
                        count = Int(size)
                    }
                    if isZero { continue }
                    batch.append(DiskPatch.Piece(offset: start, bytes: bytes))
                    guard batch.count == 256 else { continue }
                    try body(batch)
                    batch = []
                }
            }
            if !batch.isEmpty { try body(batch) }
        }
    }

    private static func joined(_ sorted: [Range<Int64>]) -> [Range<Int64>] {
        sorted.reduce(into: []) { joined, range in
            if let last = joined.last, range.lowerBound <= last.upperBound {
                joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
    }

    /// Calls `body` with a function that fills a buffer with the disk's bytes from an offset on.
    ///
    /// - Throws: ``DiskImageError``, `Errno`, or what `body` throws.
    func withReader<Result>(
        _ body: ((UnsafeMutableRawBufferPointer, Int64) throws -> Void) throws -> Result
    ) throws -> Result {
        let descriptor = try SparseFile.open(base, .readOnly)
        return try descriptor.closeAfter {
            try body { buffer, offset in
                var filled = 0
                while filled < buffer.count, offset + Int64(filled) < baseSize {
                    let count = try descriptor.read(
                        fromAbsoluteOffset: offset + Int64(filled), into: .init(rebasing: buffer[filled...]))
                    if count == 0 { break }
                    filled += count
                }
                UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).initializeMemory(
                    as: UInt8.self, repeating: 0)
                patch.apply(to: buffer, at: offset)
            }
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    /// True where all bytes are 0.
    var isZero: Bool {
        guard let base = baseAddress, let first, first == 0 else { return isEmpty }
        return memcmp(base, base + 1, count - 1) == 0
    }
}
