import CLinux
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

    /// Lets two paths of one filesystem change places, both at the same moment.
    ///
    /// - Throws: `Errno`; both are untouched then.
    public static func exchange(_ one: FilePath, _ other: FilePath) throws {
        guard renameat2(AT_FDCWD, one.string, AT_FDCWD, other.string, cosa_rename_exchange) == 0 else {
            throw Errno(rawValue: errno)
        }
        try sync(one.removingLastComponent())
        try sync(other.removingLastComponent())
    }

    /// The name, beside `path`, under which it is written before it is renamed.
    public static func temporaryPath(for path: FilePath) -> FilePath {
        path.removingLastComponent().appending(".\(path.lastComponent?.string ?? "file").\(getpid()).partial")
    }

    private static func rename(_ source: FilePath, to destination: FilePath) throws {
        guard Foundation.rename(source.string, destination.string) == 0 else { throw Errno(rawValue: errno) }
        try sync(destination.removingLastComponent())
    }

    private static func sync(_ directory: FilePath) throws {
        let descriptor = try FileDescriptor.open(directory.isEmpty ? "." : directory, .readOnly, options: .directory)
        try descriptor.closeAfter { _ = fsync(descriptor.rawValue) }
    }
}
