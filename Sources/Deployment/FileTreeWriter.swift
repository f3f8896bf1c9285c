import Foundation
import HostSystem
import SystemPackage

/// Makes the files of a ``FileTree`` in a directory: with owners and labels, which needs root.
public struct FileTreeWriter: Sendable {
    private let directory: FilePath
    private let accessTime: Int64?

    /// A writer to an empty directory.
    ///
    /// - Parameter accessTime: when everything was read last, in seconds since 1970; nil for when it was modified.
    public init(to directory: FilePath, accessTime: Int64? = nil) {
        self.directory = directory
        self.accessTime = accessTime
    }

    /// Makes everything but the immutable flags, which would be in the way of a hard link or a removal.
    ///
    /// - Returns: the paths, in the directory, that are to get the flag.
    /// - Throws: ``FileTreeWriterError``.
    public func write(_ tree: FileTree) throws -> [FilePath] {
        for entry in tree.entries { try make(entry) }
        // What is made in a directory changes its time.
        for entry in tree.entries.reversed() where entry.kind == .directory {
            try setTime(path(entry.path), entry.attributes.modificationTime)
        }
        return tree.entries.filter(\.attributes.isImmutable).map { path($0.path) }
    }

    private func path(_ path: String) -> FilePath {
        path == "/" ? directory : directory.appending(String(path.dropFirst()))
    }

    private func make(_ entry: FileTreeEntry) throws {
        let path = path(entry.path)
        switch entry.kind {
        case .directory:
            guard entry.path == "/" || mkdir(path.string, 0o700) == 0 else { throw failure("make", path) }
        case .file(let content): try write(content, to: path)
        case .symbolicLink(let target):
            guard symlink(target, path.string) == 0 else { throw failure("make", path) }
        case .hardLink(let other):
            guard linkat(AT_FDCWD, self.path(other).string, AT_FDCWD, path.string, 0) == 0 else {
                throw failure("make", path)
            }
            return
        }
        try setAttributes(entry, path)
    }

    private func write(_ content: FileTreeEntry.Content, to path: FilePath) throws {
        do {
            let output = try FileDescriptor.open(
                path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: .ownerReadWrite)
            try output.closeAfter {
                switch content {
                case .bytes(let bytes): try output.writeAll(bytes)
                case .file(let source, let size):
                    let input = try FileDescriptor.open(source, .readOnly, options: .closeOnExec)
                    try input.closeAfter { try copy(size, from: input, to: output) }
                }
            }
        } catch let error as Errno {
            throw FileTreeWriterError(operation: "write", path: path, reason: error)
        }
    }

    private func copy(_ size: Int64, from input: FileDescriptor, to output: FileDescriptor) throws {
        var left = Int(size)
        while left > 0 {
            let count = sendfile(output.rawValue, input.rawValue, nil, left)
            guard count >= 0 else { throw Errno(rawValue: errno) }
            // The file is shorter than it was.
            guard count > 0 else { throw Errno.ioError }
            left -= count
        }
    }

    private func setAttributes(_ entry: FileTreeEntry, _ path: FilePath) throws {
        let attributes = entry.attributes
        guard lchown(path.string, attributes.owner, attributes.group) == 0 else {
            throw failure("set the owner of", path)
        }
        var isLink = false
        if case .symbolicLink = entry.kind { isLink = true }
        // After the owner, whose change clears set-id bits and capabilities.
        if !isLink, chmod(path.string, mode_t(attributes.permissions)) != 0 { throw failure("set the mode of", path) }
        for (name, value) in attributes.extendedAttributes.sorted(by: { $0.key < $1.key }) {
            do {
                try ExtendedAttribute.set(name, to: value, of: path)
            } catch let error as Errno {
                throw FileTreeWriterError(operation: "set \(name) of", path: path, reason: error)
            }
        }
        if entry.kind != .directory { try setTime(path, attributes.modificationTime) }
    }

    private func setTime(_ path: FilePath, _ seconds: Int64) throws {
        let times = [accessTime ?? seconds, seconds].map { timespec(tv_sec: time_t($0), tv_nsec: 0) }
        guard utimensat(AT_FDCWD, path.string, times, AT_SYMLINK_NOFOLLOW) == 0 else {
            throw failure("set the time of", path)
        }
    }

    private func failure(_ operation: String, _ path: FilePath) -> FileTreeWriterError {
        FileTreeWriterError(operation: operation, path: path, reason: Errno(rawValue: errno))
    }
}

/// A file of a tree that cannot be made.
public struct FileTreeWriterError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was being done, in words that fit after "cannot".
    public let operation: String
    /// To what.
    public let path: FilePath
    /// Why.
    public let reason: Errno

    /// `cannot <operation> <path>: <reason>`, and what to do where it is a matter of privilege.
    public var description: String {
        let advice = reason == .notPermitted ? " (files with other owners can be made by root only)" : ""
        return "cannot \(operation) \(path): \(reason)\(advice)"
    }
}
