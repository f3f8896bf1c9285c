import HostSystem
import SystemPackage

/// Where two disk images of one size are different, in whole blocks.
struct ImageDifference: Sendable, Equatable {
    /// Bytes of a block.
    static let blockSize = 64 << 10

    /// The parts that are different, in the order of the disk.
    let ranges: [Range<Int64>]
    /// SHA-256 of the second image.
    let digest: String

    /// The bytes of all parts.
    var size: Int64 { ranges.reduce(0) { $0 + $1.upperBound - $1.lowerBound } }

    /// Compares two images.
    ///
    /// - Throws: `Errno`.
    init(from first: FilePath, to second: FilePath) throws {
        let one = try FileDescriptor.open(first, .readOnly, options: .closeOnExec)
        defer { try? one.close() }
        let other = try FileDescriptor.open(second, .readOnly, options: .closeOnExec)
        defer { try? other.close() }
        let size = try other.seek(offset: 0, from: .end)
        var ranges: [Range<Int64>] = []
        var digest = Digest()
        for start in stride(from: 0, to: size, by: Self.blockSize) {
            let block = start..<min(start + Int64(Self.blockSize), size)
            let bytes = try Self.bytes(other, block)
            digest.update(bytes)
            guard try Self.bytes(one, block) != bytes else { continue }
            if let last = ranges.last, last.upperBound == start {
                ranges[ranges.count - 1] = last.lowerBound..<block.upperBound
            } else {
                ranges.append(block)
            }
        }
        (self.ranges, self.digest) = (ranges, digest.finish())
    }

    /// Writes the second image's bytes of all parts, one after the other.
    ///
    /// - Throws: `Errno`.
    func write(_ second: FilePath, to output: FilePath) throws {
        let image = try FileDescriptor.open(second, .readOnly, options: .closeOnExec)
        try image.closeAfter {
            try AtomicFile.write(ranges.flatMap { try Self.bytes(image, $0) }, to: output)
        }
    }

    private static func bytes(_ file: FileDescriptor, _ range: Range<Int64>) throws -> [UInt8] {
        try file.readBytes(at: range.lowerBound, count: range.count)
    }
}
