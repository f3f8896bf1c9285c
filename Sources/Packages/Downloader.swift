import Foundation
import HostSystem
import Librepo
import SystemPackage

/// A package on disk, checked.
public struct DownloadedPackage: Sendable, Equatable, Codable {
    /// What it is.
    public var package: ResolvedPackage
    /// Where it is.
    public var path: FilePath

    /// Names a package's file.
    public init(package: ResolvedPackage, path: FilePath) {
        self.package = package
        self.path = path
    }
}

/// Gets packages and checks them: checksums always, signatures where the repository wants them.
public struct Downloader: Sendable {
    /// How far the downloads are.
    public struct Progress: Sendable, Equatable {
        /// Packages that are there.
        public var completed: Int
        /// All packages.
        public var total: Int
        /// The package that came last, as NEVRA.
        public var latest: String
    }

    /// Where metadata and the keys of repositories are kept.
    public let cache: MetadataCache

    /// A downloader.
    public init(cache: MetadataCache) { self.cache = cache }

    /// Gets all packages of a set into `directory/<repository>/`; what is there already and right is not fetched again.
    ///
    /// Downloads that were interrupted are continued. A file gets its name only after it was checked.
    /// - Parameter repositories: the repositories that the set was resolved from.
    /// - Returns: one entry for each package, in the order of the set.
    /// - Throws: ``PackagesError`` naming the package.
    public func download(
        _ set: PackageSet, repositories: [RepositoryConfig], to directory: FilePath,
        progress: (@Sendable (Progress) -> Void)? = nil
    ) async throws -> [DownloadedPackage] {
        let counter = ProgressCounter(total: set.packages.count, report: progress)
        var keyrings: [String: RepositoryKeyring] = [:]
        var groups: [(RepositoryConfig, [ResolvedPackage])] = []
        for (id, packages) in Dictionary(grouping: set.packages, by: \.repository).sorted(by: { $0.key < $1.key }) {
            guard let repository = repositories.first(where: { $0.id == id }) else {
                throw PackagesError(
                    "package \(packages[0].nevra) from \(id): the repository is no longer defined; run cosa fetch")
            }
            keyrings[id] = try RepositoryKeyring(repository, cache: cache)
            groups.append((repository, packages))
        }
        for (repository, packages) in groups {
            let folder = directory.appending(MetadataCache.fileName(repository.id))
            let download = RepositoryDownload(repository: repository, folder: folder, keyring: keyrings[repository.id])
            try await Blocking.run { try download.run(packages) { counter.add($0) } }
        }
        return set.packages.map { package in
            DownloadedPackage(package: package, path: Self.path(of: package, in: directory))
        }
    }

    /// Where ``download(_:repositories:to:progress:)`` puts a package.
    public static func path(of package: ResolvedPackage, in directory: FilePath) -> FilePath {
        directory.appending(MetadataCache.fileName(package.repository))
            .appending(FilePath(package.location).lastComponent?.string ?? "\(package.nevra).rpm")
    }
}
