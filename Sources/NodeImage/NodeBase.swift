import HostSystem
import OSTree
import RPM
import SystemPackage

/// What a node image is made of the base's commit: its packages and its os-release.
public struct NodeBase: Sendable {
    /// The repository with the commit; bare-user.
    public let repository: FilePath
    /// The commit's checksum.
    public let commit: String
    /// Its os-release(5).
    public let release: OSReleaseFile

    private static let database = "usr/share/rpm"

    /// Reads os-release of a commit.
    ///
    /// - Throws: `GLibError` where the commit is not there.
    public init(repository path: FilePath, commit: String) throws {
        repository = path
        self.commit = commit
        let bytes = try Repository.open(path).readFile("usr/lib/os-release", of: commit) ?? []
        release = OSReleaseFile(String(decoding: bytes, as: UTF8.self))
    }

    /// The value of the variable `osversion`, `${ID}-${VERSION_ID}`; nil where os-release has no `ID`.
    public var osversion: String? {
        release["ID"].map { id in release["VERSION_ID"].map { "\(id)-\($0)" } ?? id }
    }

    /// The installed packages, in the order of the database.
    ///
    /// - Parameter scratch: a directory for a copy of the database; emptied first and removed afterwards.
    /// - Throws: ``NodeImageError/noPackageDatabase(commit:reason:)``, `RPMError`, `GLibError`.
    public func packages(scratch: FilePath) throws -> [PackageHeader] {
        let name = "rpmdb.sqlite"
        guard let bytes = try Repository.open(repository).readFile("\(Self.database)/\(name)", of: commit) else {
            throw NodeImageError.noPackageDatabase(
                commit: commit, reason: "it has no package database /\(Self.database)/\(name)")
        }
        if FileContent.exists(scratch) { try FileContent.remove(scratch) }
        try FileContent.createDirectory(scratch)
        defer { try? FileContent.remove(scratch) }
        try AtomicFile.write(bytes, to: scratch.appending(name))
        let packages = try PackageDatabase.read(scratch)
        guard !packages.isEmpty else {
            throw NodeImageError.noPackageDatabase(commit: commit, reason: "its package database is empty")
        }
        return packages
    }
}
