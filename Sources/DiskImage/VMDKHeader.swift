import HostSystem
import SystemPackage

/// The parts of a VMDK's descriptor that qemu-img fills with a random number and with the file's name.
enum VMDKHeader {
    private static let magic = Array("KDMV".utf8)
    private static let offset = 512
    private static let size = 20 * 512

    /// Sets the content id in the embedded descriptor (VMware's "Virtual Disk Format 5.0") to one that depends on
    /// `seed` alone, and the name of the extent to a fixed one: it is in this same file, whatever its name.
    static func normalize(_ path: FilePath, seed: String) throws {
        let header = try SparseFile.read(path, at: 0, count: offset + size)
        let text = String(decoding: header.dropFirst(offset).prefix { $0 != 0 }, as: UTF8.self)
        guard header.count == offset + size, header.starts(with: magic), text.contains("\nCID=") else {
            throw DiskImageError.unexpectedFormat(path, expected: "a VMDK with a descriptor inside")
        }
        var descriptor = Array(normalized(text, contentID: DerivedUUID.make(seed: seed, name: "vmdk").prefix(8)).utf8)
        guard descriptor.count < size else {
            throw DiskImageError.unexpectedFormat(path, expected: "a VMDK with a short descriptor")
        }
        descriptor += Array(repeating: 0, count: size - descriptor.count)
        try SparseFile.write(descriptor, to: path, at: Int64(offset))
    }

    private static func normalized(_ text: String, contentID: some StringProtocol) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if line.hasPrefix("CID=") { return "CID=\(contentID)" }
            guard line.hasPrefix("RW "), let quote = line.firstIndex(of: "\"") else { return String(line) }
            return line[..<quote] + "\"disk.vmdk\""
        }.joined(separator: "\n")
    }
}
