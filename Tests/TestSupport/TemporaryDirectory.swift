import Foundation
import SystemPackage

/// A fresh directory that goes away with the last reference to it.
public final class TemporaryDirectory: Sendable {
    /// Where it is; below TMPDIR or /tmp, and short enough for Unix sockets inside it.
    public let path: FilePath

    /// Makes an empty directory.
    ///
    /// - Throws: `Errno` where mkdtemp fails.
    public init() throws {
        let base = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        var template = Array("\(base)/test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        path = FilePath(String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self))
    }

    deinit { try? FileManager.default.removeItem(atPath: path.string) }

    /// A path inside; nothing is created.
    public func appending(_ component: String) -> FilePath { path.appending(component) }

    /// Writes a file inside, with the directories above it, and returns its path.
    ///
    /// - Throws: the error of the file system.
    @discardableResult
    public func write(_ text: String, to name: String, mode: Int = 0o644) throws -> FilePath {
        let file = path.appending(name)
        let manager = FileManager.default
        try manager.createDirectory(
            atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: file.string))
        try manager.setAttributes([.posixPermissions: mode], ofItemAtPath: file.string)
        return file
    }
}
