import CZlib

/// What stands around a deflate stream to make it a gzip member (RFC 1952).
///
/// It holds no time, no name and "unknown" as operating system.
public struct GzipFrame: Sendable {
    private var checksum: UInt = 0
    private var size: UInt64 = 0

    /// The frame of an empty stream.
    public init() {}

    /// The bytes before the deflate stream, the same for every member of a level.
    ///
    /// - Parameter level: zlib's level; the header says whether it is the fastest or the best.
    public static func header(level: Int32) -> [UInt8] {
        let extraFlags: UInt8 = level == 9 ? 2 : level == 1 ? 4 : 0
        return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, extraFlags, 255]
    }

    /// The CRC-32 of a block's bytes.
    public static func checksum(_ block: UnsafeRawBufferPointer) -> UInt {
        crc32_z(0, block.assumingMemoryBound(to: UInt8.self).baseAddress, block.count)
    }

    /// The CRC-32 of two pieces in a row, of which the second one has `size` bytes.
    public static func combine(_ first: UInt, _ second: UInt, size: Int) -> UInt { crc32_combine(first, second, size) }

    /// Counts a block: its CRC-32, and its size in bytes.
    public mutating func add(checksum blockChecksum: UInt, size blockSize: Int) {
        checksum = Self.combine(checksum, blockChecksum, size: blockSize)
        size += UInt64(blockSize)
    }

    /// The bytes after the deflate stream.
    public var trailer: [UInt8] {
        func littleEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
        return littleEndian(UInt32(truncatingIfNeeded: checksum)) + littleEndian(UInt32(truncatingIfNeeded: size))
    }
}
