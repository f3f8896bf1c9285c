import CLinux
import Foundation
import SystemPackage

/// A filesystem that is mounted for one piece of work, in a mount namespace of one thread.
///
/// Nothing else on the host sees it. A sandbox that starts meanwhile would take a mount of the host's namespace along,
/// and keep the filesystem in use, and its last blocks in memory, after it was unmounted.
public enum PrivateMount {
    /// Mounts the filesystem on a block device, runs `body`, and unmounts it: all of it is on the device then.
    ///
    /// Cancelling the task does not cut `body` short.
    ///
    /// - Parameters:
    ///   - type: the filesystem's type, as the kernel calls it.
    ///   - options: its own mount options, separated by commas.
    /// - Throws: ``PrivateMountError``, and what `body` throws.
    public static func withFilesystem<Value: Sendable>(
        on device: String, at directory: FilePath, type: String, options: String = "", isReadOnly: Bool = false,
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            // A thread of its own: the namespace belongs to it, and goes with it.
            let thread = Thread {
                continuation.resume(
                    with: Result {
                        try enterNamespace()
                        let flags = isReadOnly ? UInt(MS_RDONLY) : 0
                        guard mount(device, directory.string, type, flags, options) == 0 else {
                            throw PrivateMountError(
                                operation: "mount \(device) (\(type)) at \(directory)", reason: errno)
                        }
                        let result = Result { try body() }
                        try unmount(directory)
                        return try result.get()
                    })
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    /// A program that another thread starts has our files open until it is executed: nobody tells when it is.
    private static func unmount(_ directory: FilePath) throws {
        for attempt in 1... {
            if umount2(directory.string, 0) == 0 { return }
            guard errno == EBUSY, attempt < 500 else {
                throw PrivateMountError(operation: "unmount \(directory)", reason: errno, wasMounted: true)
            }
            usleep(10_000)
        }
    }

    private static func enterNamespace() throws {
        guard unshare(cosa_new_mount_namespace) == 0 else {
            throw PrivateMountError(operation: "make a mount namespace", reason: errno)
        }
        guard mount("none", "/", nil, UInt(MS_REC | MS_PRIVATE), nil) == 0 else {
            throw PrivateMountError(operation: "make the mounts of a namespace private", reason: errno)
        }
    }
}

/// A filesystem that cannot be mounted or unmounted.
public struct PrivateMountError: Error, Sendable, CustomStringConvertible {
    /// What was being done, in words that fit after "cannot".
    public let operation: String
    /// Why.
    public let reason: Errno
    /// Whether the filesystem was mounted, and the work done.
    public let wasMounted: Bool

    init(operation: String, reason: Int32, wasMounted: Bool = false) {
        self.operation = operation
        self.reason = Errno(rawValue: reason)
        self.wasMounted = wasMounted
    }

    /// `cannot <operation>: <reason>`, and what to do where it is a matter of privilege.
    public var description: String {
        "cannot \(operation): \(reason)" + (reason == .notPermitted ? " (mounting needs root)" : "")
    }
}
