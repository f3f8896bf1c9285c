import Foundation
import HostSystem
import SystemPackage

/// Repository metadata on disk, and its form that libsolv reads fast.
///
/// `rpmmd/<repository>/current` names the directory beside it that is in use, so that a fetch that is interrupted
/// leaves what was there before.
public struct MetadataCache: Sendable {
    /// Where metadata is kept, one directory for each repository.
    public let rpmmd: FilePath
    /// Where libsolv's files are kept.
    public let solv: FilePath

    /// A cache in two directories, which are made when something is stored.
    public init(rpmmd: FilePath, solv: FilePath) {
        self.rpmmd = rpmmd
        self.solv = solv
    }

    /// The metadata of one repository that is in use.
    struct Snapshot: Codable, Equatable {
        /// SHA-256 of repomd.xml.
        var repomd: String
        /// Files by record type, relative to the directory named after ``repomd``.
        var files: [String: String]
    }

    /// Whether metadata of all these repositories is there.
    public func isFetched(_ repositories: [RepositoryConfig]) -> Bool {
        repositories.allSatisfy { (try? snapshot($0)) != nil }
    }

    /// A digest of what is there: it changes when any repository's metadata does.
    ///
    /// - Throws: ``PackagesError`` where a repository was not fetched.
    public func digest(_ repositories: [RepositoryConfig]) throws -> String {
        var digest = Digest()
        for repository in repositories.sorted(by: { $0.id < $1.id }) {
            digest.update(field: repository.id)
            digest.update(field: try snapshot(repository).repomd)
        }
        return digest.finish()
    }

    func snapshot(_ repository: RepositoryConfig) throws -> Snapshot {
        let path = directory(of: repository).appending("current")
        guard let data = FileManager.default.contents(atPath: path.string),
            let snapshot = try? JSONDecoder().decode(Snapshot.self, from: data), isComplete(snapshot, repository)
        else {
            throw PackagesError(
                "repository \(repository.id) (\(repository.displayURL)): no metadata was fetched; run cosa fetch")
        }
        return snapshot
    }

    func isComplete(_ snapshot: Snapshot, _ repository: RepositoryConfig) -> Bool {
        let base = directory(of: repository).appending(snapshot.repomd)
        return snapshot.files["primary"] != nil
            && snapshot.files.values.allSatisfy {
                FileManager.default.fileExists(atPath: base.pushing(FilePath($0)).string)
            }
    }

    /// The file of a record type; nil where the repository has none.
    func file(_ type: String, of repository: RepositoryConfig) throws -> FilePath? {
        let snapshot = try snapshot(repository)
        return snapshot.files[type].map {
            directory(of: repository).appending(snapshot.repomd).pushing(FilePath($0))
        }
    }

    /// One directory for an id at its URLs: metadata of another place is never taken for this one's.
    func directory(of repository: RepositoryConfig) -> FilePath {
        var digest = Digest()
        for url in repository.baseURLs { digest.update(field: PackagesError.redacted(url)) }
        digest.update(field: repository.metalink ?? "")
        digest.update(field: repository.mirrorList ?? "")
        return rpmmd.appending("\(Self.fileName(repository.id))-\(digest.finish().prefix(16))")
    }

    /// Where the keys of a repository that come by HTTP are kept.
    func keyPath(_ url: String, of repository: RepositoryConfig) -> FilePath {
        RepositoryConfig.localDirectory(url)
            ?? directory(of: repository).appending("keys").appending("\(Digest.of(url.utf8)).asc")
    }

    static func fileName(_ id: String) -> String {
        String(id.map { $0.isLetter || $0.isNumber || "-_.:".contains($0) ? $0 : "_" })
    }
}
