import Zlib

/// What stands around the deflate stream of a zip archive with one member (PKWARE's APPNOTE.TXT 6.3).
///
/// Sizes follow the content, in a data descriptor, and are in the Zip64 form: nothing is known before it is written, and
/// disk images pass 4 GiB. The time is the format's first, 1980-01-01.
struct ZipFrame: Sendable {
    private let name: [UInt8]
    private var checksum: UInt = 0
    private var size: UInt64 = 0
    private var compressedSize: UInt64 = 0

    private static let version: UInt16 = 45
    /// Sizes in a data descriptor; the name is UTF-8.
    private static let flags: UInt16 = 0x0808
    private static let deflated: UInt16 = 8
    private static let firstDate: UInt16 = 0x0021
    private static let inZip64: UInt32 = 0xffff_ffff

    init(name: String) { self.name = Array(name.utf8) }

    mutating func add(checksum blockChecksum: UInt, size blockSize: Int, compressedSize blockCompressedSize: Int) {
        checksum = GzipFrame.combine(checksum, blockChecksum, size: blockSize)
        size += UInt64(blockSize)
        compressedSize += UInt64(blockCompressedSize)
    }

    /// The local file header (4.3.7).
    var header: [UInt8] {
        var bytes = Self.bytes(UInt32(0x0403_4b50)) + Self.entry + Self.bytes(UInt32(0))
        bytes += Self.bytes(Self.inZip64) + Self.bytes(Self.inZip64)
        bytes += Self.bytes(UInt16(name.count)) + Self.bytes(UInt16(20)) + name
        return bytes + Self.extra(0, 0)
    }

    /// The data descriptor (4.3.9), the central directory (4.3.12) and its ends (4.3.14 to 4.3.16).
    var trailer: [UInt8] {
        let checksum = UInt32(truncatingIfNeeded: checksum)
        let descriptor =
            Self.bytes(UInt32(0x0807_4b50)) + Self.bytes(checksum) + Self.bytes(compressedSize) + Self.bytes(size)
        let directoryOffset = UInt64(header.count) + compressedSize + UInt64(descriptor.count)
        var directory = Self.bytes(UInt32(0x0201_4b50)) + Self.bytes(Self.madeBy) + Self.entry + Self.bytes(checksum)
        directory += Self.bytes(Self.inZip64) + Self.bytes(Self.inZip64)
        directory += Self.bytes(UInt16(name.count)) + Self.bytes(UInt16(20))
        // No comment, the first disk, no internal attributes; a read-only file; the header is at 0.
        directory += Self.bytes(UInt16(0)) + Self.bytes(UInt16(0)) + Self.bytes(UInt16(0))
        directory += Self.bytes(UInt32(0o100444) << 16) + Self.bytes(UInt32(0)) + name
        directory += Self.extra(size, compressedSize)
        return descriptor + directory + end(of: directory, at: directoryOffset)
    }

    private func end(of directory: [UInt8], at offset: UInt64) -> [UInt8] {
        let size = UInt64(directory.count)
        var bytes = Self.bytes(UInt32(0x0606_4b50)) + Self.bytes(UInt64(44)) + Self.bytes(Self.madeBy)
        bytes += Self.bytes(Self.version) + Self.bytes(UInt32(0)) + Self.bytes(UInt32(0))
        bytes += Self.bytes(UInt64(1)) + Self.bytes(UInt64(1)) + Self.bytes(size) + Self.bytes(offset)
        bytes += Self.bytes(UInt32(0x0706_4b50)) + Self.bytes(UInt32(0)) + Self.bytes(offset + size)
        bytes += Self.bytes(UInt32(1))
        bytes += Self.bytes(UInt32(0x0605_4b50)) + Self.bytes(UInt16(0)) + Self.bytes(UInt16(0))
        bytes += Self.bytes(UInt16(1)) + Self.bytes(UInt16(1)) + Self.bytes(UInt32(size)) + Self.bytes(Self.inZip64)
        return bytes + Self.bytes(UInt16(0))
    }

    /// Unix, whose permissions the attributes are.
    private static let madeBy = UInt16(3) << 8 | version

    private static var entry: [UInt8] {
        bytes(version) + bytes(flags) + bytes(deflated) + bytes(UInt16(0)) + bytes(firstDate)
    }

    /// The Zip64 extended information (4.5.3).
    private static func extra(_ size: UInt64, _ compressedSize: UInt64) -> [UInt8] {
        bytes(UInt16(1)) + bytes(UInt16(16)) + bytes(size) + bytes(compressedSize)
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
