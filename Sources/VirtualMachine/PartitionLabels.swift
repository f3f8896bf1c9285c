import Foundation
import SystemPackage

/// The names of a GPT's partitions (UEFI specification, 5.3).
struct PartitionLabels {
    private var offsets: [String: Int64] = [:]

    /// Reads the partition table of a raw disk with sectors of 512 or 4,096 bytes; one without a GPT has no names.
    ///
    /// - Throws: `Errno` where the disk cannot be read.
    init(of disk: FilePath) throws {
        let file = try FileDescriptor.open(disk, .readOnly, options: .closeOnExec)
        try file.closeAfter {
            for sector in [Int64(512), 4096] {
                let header = try Self.bytes(92, at: sector, of: file)
                guard header.starts(with: Array("EFI PART".utf8)) else { continue }
                let start = Int64(Self.number(header[72..<80])) * sector
                let count = min(Int(Self.number(header[80..<84])), 128)
                let size = Int(Self.number(header[84..<88]))
                guard (128...4096).contains(size) else { return }
                for index in 0..<count {
                    let entry = try Self.bytes(128, at: start + Int64(index * size), of: file)
                    guard entry.count == 128, entry[..<16].contains(where: { $0 != 0 }) else { continue }
                    let units = stride(from: 56, to: 128, by: 2).map { UInt16(entry[$0]) | UInt16(entry[$0 + 1]) << 8 }
                    let name = String(decoding: units.prefix { $0 != 0 }, as: UTF16.self)
                    offsets[name] = Int64(Self.number(entry[32..<40])) * sector
                }
                return
            }
        }
    }

    /// Where the partition with this name begins, in bytes.
    func offset(of name: String) -> Int64? { offsets[name] }

    private static func bytes(_ count: Int, at offset: Int64, of file: FileDescriptor) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let read = try bytes.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: offset, into: $0) }
        return Array(bytes.prefix(read))
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
