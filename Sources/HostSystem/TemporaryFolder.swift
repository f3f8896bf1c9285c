import Foundation
import SystemPackage

/// A new, private folder for files that nobody needs after this process.
public struct TemporaryFolder: Sendable {
    /// Where it is. Short, so that sockets in it have names that the kernel takes (107 bytes).
    public let path: FilePath

    /// Names the process that a folder belongs to.
    static let owner = ".owner"

    /// Makes a folder, mode 0700, in `parent` or else in `TMPDIR` or `/var/tmp`, and removes those with the same prefix
    /// whose process was killed before it could.
    ///
    /// - Throws: `Errno` where it cannot be made.
    public init(prefix: String = "kola", in parent: FilePath? = nil) throws {
        let folder = parent ?? FilePath(ProcessInfo.processInfo.environment["TMPDIR"] ?? "/var/tmp")
        Self.removeAbandoned(prefix: prefix, in: folder)
        var template = Array("\(folder)/\(prefix)-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { mkdtemp($0) != nil } ?? false
        }
        guard made else { throw Errno(rawValue: errno) }
        path = FilePath(String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self))
        if let process = ProcessIdentity.current {
            try AtomicFile.write(Array(process.description.utf8), to: path.appending(Self.owner))
        }
    }

    /// Removes it with all that is in it.
    public func remove() { try? FileContent.remove(path) }

    private static func removeAbandoned(prefix: String, in folder: FilePath) {
        for name in FileContent.names(in: folder) where name.hasPrefix(prefix + "-") {
            let path = folder.appending(name)
            // Where there is no owner yet, or where the name is somebody else's, it is left alone.
            guard let bytes = try? FileContent.read(path.appending(owner)),
                let process = ProcessIdentity(String(decoding: bytes, as: UTF8.self)), !process.isRunning
            else { continue }
            try? FileContent.remove(path)
        }
    }
}
