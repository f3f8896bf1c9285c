import Foundation
import SystemPackage

/// A new, private folder for files that nobody needs after this process.
public struct TemporaryFolder: Sendable {
    /// Where it is. Short, so that sockets in it have names that the kernel takes (107 bytes).
    public let path: FilePath

    /// Makes a folder, mode 0700, in `parent` or else in `TMPDIR` or `/var/tmp`.
    ///
    /// - Throws: `Errno` where it cannot be made.
    public init(prefix: String = "kola", in parent: FilePath? = nil) throws {
        let folder = parent?.string ?? ProcessInfo.processInfo.environment["TMPDIR"] ?? "/var/tmp"
        var template = Array("\(folder)/\(prefix)-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { mkdtemp($0) != nil } ?? false
        }
        guard made else { throw Errno(rawValue: errno) }
        path = FilePath(String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self))
    }

    /// Removes it with all that is in it.
    public func remove() { try? FileManager.default.removeItem(atPath: path.string) }
}
