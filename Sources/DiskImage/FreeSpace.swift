import Foundation
import HostSystem
import SystemPackage

/// Whether there is room for what is going to be made, asked before any of it is.
public struct FreeSpace: Sendable {
    private let available: @Sendable (FilePath) throws -> Int64

    /// - Parameter available: the bytes that a user may write below a path.
    public init(available: @escaping @Sendable (FilePath) throws -> Int64 = FreeSpace.ofFilesystem) {
        self.available = available
    }

    /// Checks for room.
    ///
    /// - Parameters:
    ///   - needed: an estimate, in bytes.
    ///   - path: a file or directory of the filesystem that is written to.
    ///   - purpose: what is going to be made.
    /// - Throws: ``DiskImageError/noRoom(_:at:needed:available:)``.
    public func require(_ needed: Int64, at path: FilePath, for purpose: String) throws {
        let free = try available(path)
        guard needed <= free else { throw DiskImageError.noRoom(purpose, at: path, needed: needed, available: free) }
    }

    /// The bytes that are free on the filesystem of `path` for this user (statvfs(3)).
    ///
    /// - Throws: ``DiskImageError``.
    public static func ofFilesystem(_ path: FilePath) throws -> Int64 {
        var information = statvfs()
        guard statvfs(path.string, &information) == 0 else {
            throw DiskImageError.file(path, operation: "find the room at", reason: "\(Errno(rawValue: errno))")
        }
        return Int64(information.f_bavail) * Int64(information.f_frsize)
    }
}

extension Platform {
    /// The bytes that a platform's image takes on disk at most, about, with what is needed on the way to it.
    ///
    /// - Parameter content: the bytes that the raw image takes.
    public func estimatedSpace(content: Int64) -> Int64 {
        // A large block or cluster that is not full, and the tables.
        let slack = 32 * Int64.mebibyte
        return switch format {
        case .raw, .qcow2, .fixedVHD, .vhdx: content + slack
        case .compressedQcow2, .streamOptimizedVMDK, .gcpArchive, .bfb: content / 2 + slack
        case .vmwareOVA, .virtualBoxOVA: content + slack
        // The disk in the container image, and its layer twice.
        case .containerDisk: 2 * content + slack
        }
    }
}
