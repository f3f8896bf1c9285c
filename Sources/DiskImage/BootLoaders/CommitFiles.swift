import Foundation
import GLib
import HostSystem
import OSTree
import SystemPackage

/// The files of an operating system that is not running: of a commit, or of a directory.
///
/// Paths are relative to the system's root, without a slash at either end.
public protocol CommitFiles: Sendable {
    /// The names of the files and of the directories in a directory, both sorted; nil where there is no such directory.
    func list(_ path: String) throws -> (files: [String], directories: [String])?
    /// The content of a regular file; nil where there is none.
    func read(_ path: String) throws -> [UInt8]?
}

extension CommitFiles {
    /// The paths, relative to a directory, of all files below it, sorted.
    func files(below path: String) throws -> [String] {
        guard let names = try list(path) else { return [] }
        let below = try names.directories.flatMap { name in
            try files(below: "\(path)/\(name)").map { "\(name)/\($0)" }
        }
        return (names.files + below).sorted()
    }
}

/// The files of an OSTree commit, read from its objects.
public struct OSTreeCommitFiles: CommitFiles {
    private let repository: Repository
    private let commit: String

    /// The files of `commit`, a checksum.
    public init(_ repository: Repository, commit: String) {
        self.repository = repository
        self.commit = commit
    }

    /// The names in a directory; nil where there is no such directory.
    public func list(_ path: String) throws -> (files: [String], directories: [String])? {
        var contents = try repository.commit(commit).rootContents
        for part in path.split(separator: "/") {
            let tree = try repository.directoryTree(contents)
            guard let next = tree.directories.first(where: { $0.name == part }) else { return nil }
            contents = next.contents
        }
        let tree = try repository.directoryTree(contents)
        return (tree.files.map(\.name).sorted(), tree.directories.map(\.name).sorted())
    }

    /// The content of a regular file; nil where there is none.
    public func read(_ path: String) throws -> [UInt8]? { try repository.readFile(path, of: commit) }
}

/// The files below a directory of the host.
public struct DirectoryFiles: CommitFiles {
    private let root: FilePath

    /// The files below `root`.
    public init(_ root: FilePath) { self.root = root }

    /// The names in a directory; nil where there is no such directory.
    public func list(_ path: String) throws -> (files: [String], directories: [String])? {
        let folder = root.appending(path)
        guard FileContent.isDirectory(folder) else { return nil }
        let names = FileContent.names(in: folder)
        let directories = names.filter { FileContent.isDirectory(folder.appending($0)) }
        return (names.filter { !directories.contains($0) }, directories)
    }

    /// The content of a regular file; nil where there is none.
    public func read(_ path: String) throws -> [UInt8]? {
        let file = root.appending(path)
        guard FileContent.exists(file), !FileContent.isDirectory(file) else { return nil }
        return try FileContent.read(file)
    }
}
