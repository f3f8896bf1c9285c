import Foundation
import SystemPackage

/// Room on a file system, asked for before work that fills it.
public enum FreeSpace {
    /// The bytes that an ordinary user can still write on the file system of `path`.
    ///
    /// - Throws: `Errno`.
    public static func available(at path: FilePath) throws -> Int64 {
        var information = statvfs()
        guard statvfs(path.string, &information) == 0 else { throw Errno(rawValue: errno) }
        return Int64(clamping: UInt64(information.f_bavail) * UInt64(information.f_frsize))
    }

    /// Checks that there is room.
    ///
    /// - Parameters:
    ///   - bytes: what the work will write at most at one time.
    ///   - purpose: the work, as it fits before "needs".
    ///   - available: the free bytes; nil asks the file system of `path`.
    /// - Throws: ``FreeSpaceError`` where there is not; nothing where the file system does not say.
    public static func require(
        _ bytes: Int64, at path: FilePath, for purpose: String, available: Int64? = nil
    ) throws {
        guard let free = available ?? (try? self.available(at: path)), free < bytes else { return }
        throw FreeSpaceError(path: path, purpose: purpose, needed: bytes, free: free)
    }

    /// A size for people: MiB, or GiB from 1 GiB on.
    public static func text(_ bytes: Int64) -> String {
        let mebibytes = Double(bytes) / Double(1 << 20)
        return mebibytes >= 1024
            ? String(format: "%.1f GiB", mebibytes / 1024) : String(format: "%.1f MiB", mebibytes)
    }
}

/// A file system that is too full for what is to be written there.
public struct FreeSpaceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where it is to be written.
    public let path: FilePath
    /// The work, as it fits before "needs".
    public let purpose: String
    /// The bytes that it needs.
    public let needed: Int64
    /// The bytes that there are.
    public let free: Int64

    /// One line: the work, what it needs, where, how much is missing.
    public var description: String {
        "\(purpose) needs about \(FreeSpace.text(needed)) in \(path), which has \(FreeSpace.text(free)) free: "
            + "\(FreeSpace.text(needed - free)) are missing; make room there (`cosa prune` removes old builds)"
    }
}
