import Foundation
import SystemPackage

/// Files that are either the old one or the whole new one, also after a crash.
public enum AtomicFile {
    /// Writes `bytes` beside `path`, syncs, and renames over it.
    ///
    /// - Parameter mode: the permissions of the new file.
    /// - Throws: `Errno` from the step that failed; `path` is untouched then.
    public static func write(
        _ bytes: [UInt8], to path: FilePath, mode: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
    ) throws {
        let temporary = temporaryPath(for: path)
        do {
            let descriptor = try FileDescriptor.open(
                temporary, .writeOnly, options: [.create, .truncate], permissions: mode)
            try descriptor.closeAfter {
                try descriptor.writeAll(bytes)
                guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
            try rename(temporary, to: path)
        } catch {
            unlink(temporary.string)
            throw error
        }
    }

    /// Puts a finished file, written at `source` on the same filesystem, in its place: synced, read-only, renamed.
    ///
    /// - Throws: `Errno` from the step that failed.
    public static func publish(_ source: FilePath, as destination: FilePath) throws {
        let descriptor = try FileDescriptor.open(source, .readOnly)
        try descriptor.closeAfter {
            guard fsync(descriptor.rawValue) == 0, fchmod(descriptor.rawValue, 0o444) == 0 else {
                throw Errno(rawValue: errno)
            }
        }
        try rename(source, to: destination)
    }

    /// The name, beside `path`, under which it is written before it is renamed.
    public static func temporaryPath(for path: FilePath) -> FilePath {
        path.removingLastComponent().appending(".\(path.lastComponent?.string ?? "file").\(getpid()).partial")
    }

    private static func rename(_ source: FilePath, to destination: FilePath) throws {
        guard Foundation.rename(source.string, destination.string) == 0 else { throw Errno(rawValue: errno) }
        let directory = destination.removingLastComponent()
        let descriptor = try FileDescriptor.open(directory.isEmpty ? "." : directory, .readOnly, options: .directory)
        try descriptor.closeAfter { _ = fsync(descriptor.rawValue) }
    }
}
