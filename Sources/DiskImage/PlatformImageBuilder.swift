import Deployment
import Ext2fs
import Foundation
import HostSystem
import SystemPackage
import Treefile

/// Derives a platform's image from the raw image: a copy, a small change of the boot partition, another format.
public struct PlatformImageBuilder: Sendable {
    /// A builder; it holds nothing.
    public init() {}

    /// Makes `platform`'s image at `output`; nothing is there before all of it is.
    ///
    /// - Parameter workDirectory: room for one copy of the raw image; what is made there is removed again.
    /// - Throws: ``DiskImageError``, `CommandError`, or `Ext2fsError`.
    public func derive(
        _ platform: Platform, from raw: RawImage, to output: FilePath, workDirectory: FilePath
    ) async throws {
        let boot = try raw.partition(.boot)
        let settings = raw.platforms[platform.name] ?? PlatformsTable.Settings()
        let isRaw = platform.format == .raw
        let result = AtomicFile.temporaryPath(for: output)
        let disk = isRaw ? result : workDirectory.appending("\(platform.name).disk")
        defer {
            if !isRaw { unlink(disk.string) }
            unlink(result.string)
        }
        try FileManager.default.createDirectory(atPath: workDirectory.string, withIntermediateDirectories: true)
        try await Blocking.run {
            try SparseFile.copy(raw.path, to: disk)
            let filesystem = try Ext4Filesystem(path: disk, offset: boot.start, timestamp: raw.timestamp)
            try BootPatch(platform: platform, settings: settings).apply(to: filesystem)
            try filesystem.close()
        }
        if platform.diskSize == .cloud, raw.cloudSize > raw.size {
            try SparseFile.resize(disk, to: raw.cloudSize)
            // The second copy of the partition table belongs at the end of the disk.
            try await Command("sfdisk", ["-q", "--relocate", "gpt-bak-std", disk.string]).run()
        }
        try await convert(disk, to: result, platform.format, raw: raw)
        try FileManager.default.moveItemReplacing(result, to: output)
    }

    private func convert(
        _ disk: FilePath, to result: FilePath, _ format: Platform.Format, raw: RawImage
    ) async throws {
        let options: [String]
        switch format {
        case .raw: return
        case .qcow2: options = ["-O", "qcow2", "-o", "compat=1.1"]
        case .compressedQcow2: options = ["-c", "-O", "qcow2", "-o", "compat=1.1"]
        case .streamOptimizedVMDK:
            options = ["-O", "vmdk", "-o", "adapter_type=lsilogic,subformat=streamOptimized,compat6"]
        }
        try await Command("qemu-img", ["convert", "-q", "-f", "raw"] + options + [disk.string, result.string]).run()
        if format == .streamOptimizedVMDK { try VMDKHeader.normalize(result, seed: raw.commit) }
    }
}
