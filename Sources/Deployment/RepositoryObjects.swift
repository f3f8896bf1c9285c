import GLib
import HostSystem
import OSTree
import SystemPackage

/// Objects of a repository as files, for a repository of mode `bare` that is to hold them.
struct RepositoryObjects {
    private let repository: Repository
    private let workDirectory: FilePath

    /// The objects of a repository.
    ///
    /// - Parameter workDirectory: where content goes that the repository has only compressed.
    init(_ repository: Repository, workDirectory: FilePath) {
        self.repository = repository
        self.workDirectory = workDirectory
    }

    /// The files of the metadata objects that a commit needs, below `objects/`, sorted.
    func names(of files: CommitContent, commit: String) -> [String] {
        var names = files.directoryTrees.map { Self.name($0, "dirtree") }
        names += files.directoryMetadata.keys.map { Self.name($0, "dirmeta") }
        names.append(Self.name(commit, "commit"))
        let detached = Self.name(commit, "commitmeta")
        if FileContent.exists(path(detached)) { names.append(detached) }
        return names.sorted()
    }

    /// The bytes of a metadata object; they are the same in every mode.
    func metadata(_ name: String) throws -> [UInt8] { try FileContent.read(path(name)) }

    /// The content of a file object.
    func content(_ checksum: String, size: Int64) throws -> FileTreeEntry.Content {
        guard repository.mode == .archive else { return .file(path(Self.name(checksum, "file")), size: size) }
        let file = workDirectory.appending("\(checksum).file")
        if !FileContent.exists(file) { try AtomicFile.write(read(checksum), to: file) }
        return .file(file, size: size)
    }

    /// The bytes of a file object.
    func read(_ checksum: String) throws -> [UInt8] { try repository.content(of: checksum) }

    private func path(_ name: String) -> FilePath { repository.path.appending("objects").appending(name) }

    private static func name(_ checksum: String, _ suffix: String) -> String {
        "\(checksum.prefix(2))/\(checksum.dropFirst(2)).\(suffix)"
    }
}
