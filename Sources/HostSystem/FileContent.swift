import Foundation
import SystemPackage

/// Small files and directory entries, read with errors that say why.
public enum FileContent {
    /// All bytes of a file.
    ///
    /// - Throws: `Errno`.
    public static func read(_ path: FilePath) throws -> [UInt8] {
        let descriptor = try FileDescriptor.open(path, .readOnly)
        return try descriptor.closeAfter {
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                let count = try chunk.withUnsafeMutableBytes { try descriptor.read(into: $0) }
                if count == 0 { return bytes }
                bytes += chunk[..<count]
            }
        }
    }

    /// True where something is at `path`; a symbolic link counts by what it points to.
    public static func exists(_ path: FilePath) -> Bool { access(path.string, F_OK) == 0 }

    /// True where `path` is a directory or a link to one.
    public static func isDirectory(_ path: FilePath) -> Bool {
        var information = stat()
        return stat(path.string, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    }

    /// The size of a regular file in bytes; nil where there is none.
    public static func size(_ path: FilePath) -> Int64? {
        var information = stat()
        guard stat(path.string, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(information.st_size)
    }

    /// The names in a directory, sorted; none where there is no such directory.
    public static func names(in path: FilePath) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: path.string))?.sorted() ?? []
    }

    /// Where a symbolic link points to; nil where `path` is none.
    public static func linkTarget(_ path: FilePath) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: path.string)
    }

    /// Makes a directory and those above it.
    ///
    /// - Throws: `Errno`.
    public static func createDirectory(_ path: FilePath) throws {
        if isDirectory(path) { return }
        let parent = path.removingLastComponent()
        if !parent.isEmpty, parent != path { try createDirectory(parent) }
        guard mkdir(path.string, 0o755) == 0 || errno == EEXIST else { throw Errno(rawValue: errno) }
    }

    /// Removes a file or a whole directory tree, read-only directories too; nothing there is no error.
    ///
    /// - Throws: `Errno`.
    public static func remove(_ path: FilePath) throws {
        var information = stat()
        guard lstat(path.string, &information) == 0 else {
            if errno == ENOENT { return }
            throw Errno(rawValue: errno)
        }
        guard information.st_mode & S_IFMT == S_IFDIR else {
            guard unlink(path.string) == 0 || errno == ENOENT else { throw Errno(rawValue: errno) }
            return
        }
        if information.st_mode & 0o700 != 0o700 { chmod(path.string, 0o700) }
        for name in try FileManager.default.contentsOfDirectory(atPath: path.string) {
            try remove(path.appending(name))
        }
        guard rmdir(path.string) == 0 || errno == ENOENT else { throw Errno(rawValue: errno) }
    }
}
