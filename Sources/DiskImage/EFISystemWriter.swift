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

    /// Writes the content of `directory` into the place of a partition.
    func write(_ directory: FilePath, to extent: PartitionExtent) async throws {
        // 65,524 clusters are the most that FAT16 has.
        let isSmall = extent.size <= 128 * .mebibyte
        let clusterSize = isSmall ? 2048 : 4096
        try await Command(
            "mkfs.vfat",
            [
                // The defaults would be those for a filesystem as large as the whole file.
                "-F", isSmall ? "16" : "32", "-S", "\(sectorSize)", "-s", "\(max(1, clusterSize / sectorSize))",
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
