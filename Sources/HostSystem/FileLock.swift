import Foundation
import SystemPackage

/// A lock that others already hold.
public struct FileLockError: Error, Sendable, CustomStringConvertible {
    /// The lock file.
    public let path: FilePath
    /// The process that holds it, where it is known.
    public let holder: Int32?
    /// The system's reason where locking itself failed.
    public let reason: Errno?

    /// One line: the file, who holds it.
    public var description: String {
        if let reason { return "cannot lock \(path): \(reason)" }
        let who = holder.map { "process \($0)" } ?? "another process"
        return "\(path) is locked by \(who); wait for it to end"
    }
}

/// An exclusive lock on a file, held as long as the object lives and gone with the process, however that ends.
///
/// It is `flock(2)` on a file that stays: a killed holder leaves nothing that the next one would have to judge. The file
/// names its holder for messages only.
public final class FileLock: Sendable {
    /// The lock file.
    public let path: FilePath
    private let descriptor: FileDescriptor

    /// Takes the lock.
    ///
    /// - Parameters:
    ///   - path: the lock file, made where it is missing.
    ///   - wait: true blocks the thread until the lock is free; false fails at once.
    /// - Throws: ``FileLockError``.
    public init(_ path: FilePath, wait: Bool) throws {
        self.path = path
        // The last property is set when nothing can throw any more: what throws after that runs deinit, which closes, and
        // a number that is closed twice may by then be a file of another thread.
        descriptor = try Self.lock(path, wait: wait)
        guard let identity = ProcessIdentity.current else { return }
        ftruncate(descriptor.rawValue, 0)
        _ = try? descriptor.writeAll(toAbsoluteOffset: 0, "\(identity)\n".utf8)
    }

    private static func lock(_ path: FilePath, wait: Bool) throws -> FileDescriptor {
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(
                path, .readWrite, options: [.create, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
        } catch {
            throw FileLockError(path: path, holder: nil, reason: error as? Errno)
        }
        while flock(descriptor.rawValue, wait ? LOCK_EX : LOCK_EX | LOCK_NB) != 0 {
            let reason = Errno(rawValue: errno)
            if reason == .interrupted { continue }
            try? descriptor.close()
            if reason != .wouldBlock { throw FileLockError(path: path, holder: nil, reason: reason) }
            throw FileLockError(path: path, holder: holder(of: path)?.number, reason: nil)
        }
        return descriptor
    }

    deinit {
        // Closing alone would leave the lock to a child process that is between fork and exec at this moment.
        flock(descriptor.rawValue, LOCK_UN)
        try? descriptor.close()
    }

    /// Runs `body` while the lock is held, waiting for it first.
    ///
    /// - Throws: ``FileLockError``, or what `body` throws.
    public static func withLock<Result>(_ path: FilePath, _ body: () throws -> Result) throws -> Result {
        let lock = try FileLock(path, wait: true)
        return try withExtendedLifetime(lock) { try body() }
    }

    /// The process that wrote its name into the lock file, where it still runs.
    public static func holder(of path: FilePath) -> ProcessIdentity? {
        guard let bytes = try? FileContent.read(path),
            let identity = ProcessIdentity(String(decoding: bytes, as: UTF8.self)), identity.isRunning
        else { return nil }
        return identity
    }
}
