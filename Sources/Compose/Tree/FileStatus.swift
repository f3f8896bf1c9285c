import Foundation
import SystemPackage

/// What lstat(2) says about a path.
struct FileStatus {
    let mode: UInt32
    let uid: UInt32
    let gid: UInt32
    let size: Int64
    let device: UInt64
    let isDeviceZero: Bool

    var permissions: UInt32 { mode & 0o7777 }
    var isDirectory: Bool { mode & S_IFMT == S_IFDIR }
    var isRegular: Bool { mode & S_IFMT == S_IFREG }
    var isSymlink: Bool { mode & S_IFMT == S_IFLNK }
    /// An entry of an overlay's upper directory that stands for a removal.
    var isWhiteout: Bool { mode & S_IFMT == S_IFCHR && isDeviceZero }

    /// Nil where nothing is at `path`.
    ///
    /// - Throws: ``ComposeError/system(operation:reason:)`` for any other failure.
    static func of(_ path: FilePath) throws -> FileStatus? {
        var status = stat()
        guard lstat(path.string, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw ComposeError.system(operation: "examine \(path)", reason: "\(Errno(rawValue: errno))")
        }
        return FileStatus(
            mode: status.st_mode, uid: status.st_uid, gid: status.st_gid, size: Int64(status.st_size),
            device: UInt64(status.st_dev), isDeviceZero: status.st_rdev == 0)
    }
}

/// The names in a directory, sorted.
func sortedNames(_ directory: FilePath) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.string).sorted()
}

/// Runs a system call that answers with -1 and errno when it fails.
func systemCall(_ operation: @autoclosure () -> String, _ call: () -> Int32) throws {
    guard call() == 0 else {
        throw ComposeError.system(operation: operation(), reason: "\(Errno(rawValue: errno))")
    }
}
