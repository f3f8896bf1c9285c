import CLinux
import Foundation
import SystemPackage

/// Extended attributes of files; symbolic links are not followed.
public enum ExtendedAttribute {
    /// The value of an attribute; nil where the file has none of that name.
    ///
    /// - Throws: `Errno` for any other failure.
    public static func get(_ name: String, of path: FilePath) throws -> [UInt8]? {
        let size = lgetxattr(path.string, name, nil, 0)
        guard size >= 0 else {
            if errno == ENODATA || errno == ENOTSUP { return nil }
            throw Errno(rawValue: errno)
        }
        var value = [UInt8](repeating: 0, count: size)
        let count = lgetxattr(path.string, name, &value, size)
        guard count >= 0 else { throw Errno(rawValue: errno) }
        return Array(value.prefix(count))
    }

    /// Sets an attribute.
    ///
    /// - Throws: `Errno`
    public static func set(_ name: String, to value: [UInt8], of path: FilePath) throws {
        guard lsetxattr(path.string, name, value, value.count, 0) == 0 else { throw Errno(rawValue: errno) }
    }
}
