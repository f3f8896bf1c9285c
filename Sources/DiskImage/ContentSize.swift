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
