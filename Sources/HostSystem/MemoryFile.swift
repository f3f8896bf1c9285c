import CLinux
import Foundation
import SystemPackage

/// A file that is only memory: without a name, gone with the last process that has it open.
public final class MemoryFile: Sendable {
    /// The open file, for reading and writing. It is closed with this object.
    public let descriptor: FileDescriptor

    /// Makes a file.
    ///
    /// - Parameters:
    ///   - name: what `/proc/PID/fd` shows.
    ///   - size: its size in bytes; memory is taken only for pages that are written.
    /// - Throws: `Errno`.
    public init(name: String, size: Int64 = 0) throws {
        let number = memfd_create(name, cosa_memfd_close_on_exec)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        descriptor = FileDescriptor(rawValue: number)
        if size > 0, ftruncate(number, off_t(size)) != 0 {
            let reason = Errno(rawValue: errno)
            try? descriptor.close()
            throw reason
        }
    }

    deinit { try? descriptor.close() }
}
