import Foundation
import SystemPackage

/// How much room the files of a directory take on a filesystem.
struct ContentSize: Equatable {
    /// In blocks of 4 KiB, with 512 bytes for each inode; a file with several names counts once.
    var bytes: Int64 = 0
    /// Files, directories and links.
    var inodes: Int64 = 0

    /// Adds up a directory; what is below `excluding` (absolute) does not count.
    static func of(_ directory: FilePath, excluding: FilePath? = nil) throws -> ContentSize {
        var size = ContentSize()
        var seen: Set<FileIdentity> = []
        var pending = [directory]
        while let current = pending.popLast() {
            size.add(try status(current))
            for name in try FileManager.default.contentsOfDirectory(atPath: current.string) {
                let path = current.appending(name)
                if path == excluding { continue }
                let status = try status(path)
                if status.st_mode & S_IFMT == S_IFDIR {
                    pending.append(path)
                } else if status.st_nlink == 1 || seen.insert(FileIdentity(status)).inserted {
                    size.add(status)
                }
            }
        }
        return size
    }

    private mutating func add(_ status: stat) {
        inodes += 1
        // A short link's target is in its inode.
        let inline = status.st_mode & S_IFMT == S_IFLNK && status.st_size < 60
        bytes += (inline ? 0 : (Int64(status.st_size) + 4095) / 4096 * 4096) + 512
    }

    private static func status(_ path: FilePath) throws -> stat {
        var status = stat()
        guard lstat(path.string, &status) == 0 else {
            throw DiskImageError.file(path, operation: "read", reason: "\(Errno(rawValue: errno))")
        }
        return status
    }

    private struct FileIdentity: Hashable {
        let device: UInt64
        let inode: UInt64
        init(_ status: stat) { (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino)) }
    }
}

/// The sizes of a build's disks, in bytes.
struct DiskSizes: Equatable {
    /// The raw image and the images for bare metal: estimated from the content, with some room.
    let metal: Int64
    /// Images for virtual machines and clouds: what image.yaml asks for.
    let cloud: Int64

    /// The journal of the root filesystem; as for a disk of the size that it will grow to.
    static let journal: Int64 = 64 * .mebibyte

    /// Sizes disks for a root filesystem's content.
    ///
    /// As coreos-assembler estimates (`estimate-commit-disk-size --add-percent 35`), plus what ext4 takes for itself.
    ///
    /// - Throws: ``DiskImageError/diskTooSmall(needed:given:)``.
    init(content: ContentSize, cloudGiB: Int, table: PartitionTable) throws(DiskImageError) {
        let filesystem = content.bytes * 105 / 100 + Self.journal + 16 * .mebibyte
        // Inode tables: 256 bytes for every 8 KiB.
        let needed = filesystem * 100 / 96 + table.fixedSize
        cloud = Int64(cloudGiB) * .gibibyte
        guard needed <= cloud else { throw .diskTooSmall(needed: needed, given: cloud) }
        let estimated = (filesystem * 135 / 100 + table.fixedSize + .mebibyte - 1) / .mebibyte * .mebibyte
        metal = min(estimated, cloud)
    }
}
