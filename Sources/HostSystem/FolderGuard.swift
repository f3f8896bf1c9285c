import Foundation
import SystemPackage

/// Removes a folder when this process ends, however it ends: a shell waits for that, in a session of its own, and cleans up after
/// a SIGKILL too.
public final class FolderGuard: Sendable {
    /// The end of a pipe that nobody writes to: the shell reads its end when this process, or this object, is gone.
    private let lifeline: FileDescriptor

    /// Guards `folder`.
    ///
    /// - Throws: `Errno` or ``CommandError`` where the shell cannot be started.
    public init(_ folder: FilePath) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Errno(rawValue: errno) }
        let reading = FileDescriptor(rawValue: ends[0])
        defer { try? reading.close() }
        lifeline = FileDescriptor(rawValue: ends[1])
        // No program that this process starts may hold the line.
        guard ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else { throw Errno(rawValue: errno) }
        let shell = Command("/bin/sh", ["-c", #"read -r line <&3; exec rm -rf -- "$1""#, "sh", folder.string])
        let spawn = try BackgroundProcess.Spawn(
            shell, streams: .file("/dev/null"), descriptors: [reading], coreDumps: false, endsWithOwner: false)
        if case .failure(let reason) = spawn.run() {
            throw CommandError(command: shell, status: nil, detail: "\(reason)")
        }
    }

    deinit { try? lifeline.close() }
}

extension FolderGuard {
    /// Runs `body` with a new temporary folder that is gone afterwards, however this process ends.
    ///
    /// - Throws: `Errno` or ``CommandError`` where the folder or its guard cannot be had, and what `body` throws.
    public static func withFolder<Result>(_ body: (FilePath) async throws -> Result) async throws -> Result {
        let folder = try TemporaryFolder()
        let cleaner = try FolderGuard(folder.path)
        defer {
            folder.remove()
            withExtendedLifetime(cleaner) {}
        }
        return try await body(folder.path)
    }
}
