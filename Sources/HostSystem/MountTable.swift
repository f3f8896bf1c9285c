import CLinux
import Foundation
import SystemPackage

/// What is mounted, as far as this process sees it.
public enum MountTable {
    /// Detaches every file system that is mounted below `directory`, so that removing the directory reaches nothing else.
    ///
    /// A process that is killed leaves its mounts behind; with none there this does nothing and needs no privilege.
    ///
    /// - Throws: `Errno` where the kernel refuses.
    public static func detachAll(below directory: FilePath) throws {
        guard let real = realpath(directory.string, nil) else { return }
        defer { free(real) }
        let table = String(decoding: try FileContent.read("/proc/self/mountinfo"), as: UTF8.self)
        for point in mountPoints(below: String(cString: real), in: table) where umount2(point, Int32(MNT_DETACH)) != 0 {
            throw Errno(rawValue: errno)
        }
    }

    /// The mount points below `directory`, the last mounted first.
    ///
    /// - Parameter table: the text of `/proc/self/mountinfo`, see proc(5): the fifth field of a line is the mount point.
    static func mountPoints(below directory: String, in table: String) -> [String] {
        table.split(separator: "\n").reversed().compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 4 else { return nil }
            let point = unescaped(fields[4])
            return point.hasPrefix(directory + "/") ? point : nil
        }
    }

    /// The kernel writes blanks and backslashes as three octal digits behind a backslash.
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = field.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), let code = UInt8(String(rest.prefix(3)) ?? "", radix: 8) {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
