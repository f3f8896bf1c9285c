import CLinux
import Foundation
import SystemPackage

/// A program that runs beside a test until it is let go. Foundation's `Process` needs a run loop, which tests lack.
public final class BackgroundTool: Sendable {
    /// Its process id.
    public let identifier: Int32
    /// The reading end of its standard output.
    public let output: FileDescriptor

    /// Starts a program found in PATH; its standard error is dropped.
    ///
    /// - Throws: `Errno` where it cannot be started.
    public init(_ arguments: [String]) throws {
        let pipe = try FileDescriptor.pipe()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipe.writeEnd.rawValue, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // Tests run side by side, and gpgme's pipes are inherited: who keeps one open leaves its reader waiting for ever.
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        // Threads of the runtime block signals, and a child inherits that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var list: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { list.forEach { free($0) } }
        var child: pid_t = 0
        let status = posix_spawnp(&child, arguments[0], &actions, &attributes, &list, environ)
        try pipe.writeEnd.close()
        guard status == 0 else {
            try pipe.readEnd.close()
            throw Errno(rawValue: status)
        }
        identifier = child
        output = pipe.readEnd
    }

    /// Waits for its end and returns the exit status.
    @discardableResult
    public func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        return status
    }

    /// Asks it to end and waits for that.
    public func stop() {
        kill(identifier, SIGTERM)
        wait()
    }

    deinit { try? output.close() }
}
