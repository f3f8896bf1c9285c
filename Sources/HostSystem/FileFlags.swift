import CLinux
import Foundation
import SystemPackage

/// The flags of files that chattr(1) changes.
public enum FileFlags {
    /// Sets the immutable flag.
    ///
    /// - Throws: `Errno`.
    public static func setImmutable(_ path: FilePath) throws {
        let descriptor = try FileDescriptor.open(path, .readOnly, options: [.noFollow, .nonBlocking, .closeOnExec])
        try descriptor.closeAfter {
            var flags: Int32 = 0
            guard ioctl(descriptor.rawValue, cosa_get_flags, &flags) == 0 else { throw Errno(rawValue: errno) }
            flags |= cosa_immutable_flag
            guard ioctl(descriptor.rawValue, cosa_set_flags, &flags) == 0 else { throw Errno(rawValue: errno) }
        }
    }
}
