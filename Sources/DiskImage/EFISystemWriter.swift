import Foundation
import HostSystem
import SystemPackage

/// Writes the EFI system partition into a disk image: vfat through mkfs.vfat and mtools, nothing is mounted.
struct EFISystemWriter {
    /// The disk image.
    let image: FilePath
    /// Bytes of a sector.
    let sectorSize: Int
    /// Seconds since 1970; every time in the filesystem.
    let timestamp: Int64

    /// The well-known volume id.
    static let volumeID = "7B7795E7"

    /// The smallest that is made, in bytes: FAT16 has 4,085 clusters or more, here of 4,096 bytes where sectors are.
    var smallest = 17 * Int64.mebibyte

    /// The smallest where sectors are of 512 bytes, and clusters of 2,048.
    static let smallestOfSmallSectors = 9 * Int64.mebibyte

    /// The bytes, whole MiB, of a partition for what is in `directory`.
    ///
    /// - Throws: the errors of the file system.
    func size(for directory: FilePath) throws -> Int64 {
        let needed = max(try VFATFormat(size: smallest).room(for: directory), smallest)
        return (needed + .mebibyte - 1) / .mebibyte * .mebibyte
    }

    /// Writes the content of `directory` into the place of a partition.
    ///
    /// - Throws: ``DiskImageError/efiSystemTooSmall(needed:given:)``, or `CommandError`.
    func write(_ directory: FilePath, to extent: PartitionExtent) async throws {
        let format = VFATFormat(size: extent.size)
        let needed = max(try format.room(for: directory), smallest)
        guard needed <= extent.size else { throw DiskImageError.efiSystemTooSmall(needed: needed, given: extent.size) }
        try await Command(
            "mkfs.vfat",
            [
                // The defaults would be those for a filesystem as large as the whole file.
                "-F", "\(format.bits)", "-S", "\(sectorSize)", "-s", "\(max(1, format.clusterSize / sectorSize))",
                "--invariant", "-n",
                "EFI-SYSTEM", "-i", Self.volumeID, "--offset", "\(extent.start / Int64(sectorSize))", image.string,
                "\(extent.size / 1024)",
            ]
        ).run()
        try setTimes(directory)
        let entries = try FileManager.default.contentsOfDirectory(atPath: directory.string).sorted()
        try await Command(
            "mcopy",
            ["-i", "\(image)@@\(extent.start)", "-s", "-m", "-Q"]
                + entries.map { directory.appending($0).string } + ["::/"],
            environment: ["TZ": "UTC", "MTOOLS_SKIP_CHECK": "1", "LC_ALL": "C"]
        ).run()
    }

    /// mcopy takes a file's times from the source, and a directory's too.
    private func setTimes(_ directory: FilePath) throws {
        let date = Date(timeIntervalSince1970: TimeInterval(timestamp))
        let below = try FileManager.default.subpathsOfDirectory(atPath: directory.string)
        for path in below.sorted().reversed().map({ directory.appending($0).string }) + [directory.string] {
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
        }
    }
}

/// How a vfat filesystem of some size is laid out.
private struct VFATFormat {
    /// The bits of an entry in the file allocation table.
    let bits: Int
    /// Bytes of a cluster.
    let clusterSize: Int

    /// The layout for `size` bytes: a FAT16 has 65,524 clusters at most, and a FAT32 with fewer is taken for one
    /// (Microsoft's FAT specification, "FAT Type Determination").
    init(size: Int64) {
        bits = size > 260 * .mebibyte ? 32 : 16
        clusterSize =
            switch size {
            case ...(128 * .mebibyte): 2048
            case ...(256 * .mebibyte): 4096
            case ...(260 * .mebibyte): 8192
            default: 4096
            }
    }

    /// The bytes that a filesystem with all files of a directory takes.
    func room(for directory: FilePath) throws -> Int64 {
        let names = try FileManager.default.subpathsOfDirectory(atPath: directory.string)
        return try names.reduce(.mebibyte) { sum, name in
            let attributes = try FileManager.default.attributesOfItem(atPath: directory.appending(name).string)
            let size = (attributes[.size] as? NSNumber)?.int64Value ?? 0
            let cluster = Int64(clusterSize)
            return sum + max(1, (size + cluster - 1) / cluster) * cluster
        }
    }
}
