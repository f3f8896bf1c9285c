import Foundation
import SystemPackage

/// A virtual machine in one file (DMTF DSP0243, "Open Virtualization Format" 1.1): its description, then its disk, in a
/// tar file of the format `ustar`.
struct OVAArchive {
    /// The name of the disk, in the archive and in the description.
    static let diskName = "disk.vmdk"
    private static let descriptionName = "coreos.ovf"

    /// The description.
    let description: String
    /// The members' time of change, in seconds since 1970.
    let timestamp: Int64

    /// Writes the file, a new one.
    ///
    /// - Parameter disk: the disk, a stream-optimized VMDK.
    /// - Throws: ``DiskImageError``, or `Errno`.
    func write(to path: FilePath, disk: FilePath) throws {
        let text = Array(description.utf8)
        let size = try SparseFile.size(disk)
        // Eleven octal digits, and OVF allows no extension of the format.
        guard size < 8 * .gibibyte else {
            throw DiskImageError.file(
                path, operation: "make", reason: "its disk has \(size) bytes, and ustar files have less than 8 GiB")
        }
        let block = TarHeader.blockSize
        let padding = (block - Int64(text.count) % block) % block
        let begin =
            TarHeader(name: Self.descriptionName, size: Int64(text.count), timestamp: timestamp).ustar + text
            + Array(repeating: 0, count: Int(padding))
            + TarHeader(name: Self.diskName, size: size, timestamp: timestamp).ustar
        let end = (Int64(begin.count) + size + block - 1) / block * block + 2 * block
        try SparseFile.create(path, size: end)
        try SparseFile.write(begin, to: path, at: 0)
        try SparseFile.copy(disk, into: path, at: Int64(begin.count))
    }
}
