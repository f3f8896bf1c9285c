import HostSystem
import SystemPackage

/// The parts of a VHDX (MS-VHDX 2.0) that qemu-img fills with random numbers: the GUIDs and sequence numbers of its two
/// headers, what is left in a log that is empty, and the disk's own identifier.
struct VHDXHeader {
    private static let headerSize = 4096
    private static let headers: [Int64] = [64 << 10, 128 << 10]
    private static let regionTable: Int64 = 192 << 10
    private static let metadataRegion = MixedGUID.bytes("8B7CA206-4790-4B9A-B8FE-575F050F886E")
    private static let diskIdentifier = MixedGUID.bytes("BECA12AB-B2E6-4523-93EF-C309E000C746")

    private let path: FilePath
    private let seed: String

    /// Sets them to values that depend on `seed` alone.
    ///
    /// - Throws: ``DiskImageError`` for what is no VHDX, or whose log has to be replayed.
    static func normalize(_ path: FilePath, seed: String) throws {
        let file = VHDXHeader(path: path, seed: seed)
        try file.normalizeHeaders()
        try file.normalizeIdentifier()
    }

    private var unexpected: DiskImageError { .unexpectedFormat(path, expected: "a VHDX that was closed in order") }

    private func normalizeHeaders() throws {
        var headers = try Self.headers.map { try SparseFile.read(path, at: $0, count: Self.headerSize) }
        for header in headers {
            let hasNoLog = header.count == Self.headerSize && header[48..<64].allSatisfy { $0 == 0 }
            guard header.starts(with: "head".utf8), hasNoLog else { throw unexpected }
        }
        let sequence = headers.map { $0.littleEndian(UInt64.self, at: 8) }
        let isSecondNewer = sequence[1] > sequence[0]
        for index in headers.indices {
            headers[index].put(littleEndian: UInt64((index == 1) == isSecondNewer ? 2 : 1), at: 8)
            headers[index].put(guid("file"), at: 16)
            headers[index].put(guid("data"), at: 32)
            headers[index].put(littleEndian: UInt32(0), at: 4)
            headers[index].put(littleEndian: CRC32C.checksum(headers[index]), at: 4)
            try SparseFile.write(headers[index], to: path, at: Self.headers[index])
        }
        let length: UInt32 = headers[0].littleEndian(at: 68)
        let offset: Int64 = headers[0].littleEndian(at: 72)
        try SparseFile.write(Array(repeating: 0, count: Int(length)), to: path, at: offset)
    }

    private func normalizeIdentifier() throws {
        let regions = try SparseFile.read(path, at: Self.regionTable, count: 64 << 10)
        guard regions.starts(with: "regi".utf8),
            let region = entry(
                Self.metadataRegion, in: regions, count: regions.littleEndian(UInt32.self, at: 8), from: 16)
        else { throw unexpected }
        let start: Int64 = regions.littleEndian(at: region + 16)
        let table = try SparseFile.read(path, at: start, count: 64 << 10)
        guard table.starts(with: "metadata".utf8),
            let item = entry(
                Self.diskIdentifier, in: table, count: UInt32(table.littleEndian(UInt16.self, at: 10)), from: 32)
        else { throw unexpected }
        let offset: UInt32 = table.littleEndian(at: item + 16)
        try SparseFile.write(guid("disk"), to: path, at: start + Int64(offset))
    }

    /// Where a table's entry for a GUID is; entries have 32 bytes.
    private func entry(_ guid: [UInt8], in table: [UInt8], count: UInt32, from start: Int) -> Int? {
        (0..<Int(count)).map { start + 32 * $0 }.first {
            $0 + 32 <= table.count && table[$0..<$0 + 16].elementsEqual(guid)
        }
    }

    private func guid(_ name: String) -> [UInt8] {
        MixedGUID.bytes(DerivedUUID.make(seed: seed, name: "vhdx-\(name)"))
    }
}

/// The checksum of iSCSI (RFC 3720, appendix B.4), which VHDX uses: Castagnoli's polynomial.
enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x82f6_3b78 }
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
    }
}
