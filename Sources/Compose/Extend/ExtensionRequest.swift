import OSTree
import Packages
import RPM
import SystemPackage
import Treefile

/// A tree that exists, and the packages that go on top of it. Equal requests give equal trees.
public struct ExtensionRequest: Sendable {
    /// The repository that holds the base's commit; bare-user.
    public var repository: FilePath
    /// The base's commit.
    public var commit: String
    /// The packages in the base, as its database names them.
    public var basePackages: [PackageHeader]
    /// The packages to add, in any order.
    public var packages: [DownloadedPackage]
    /// Scripts to run after the packages' own, in order, as in a treefile's `postprocess`.
    public var postprocess: [String]
    /// The time of everything, in seconds since 1970 (`SOURCE_DATE_EPOCH`).
    public var timestamp: Int64
    /// The bare-user repository that caches packages; it receives the result. On one filesystem with the base's
    /// repository, objects are shared.
    public var cacheRepository: FilePath
    /// A directory of this run alone, on one filesystem with the cache; emptied first and last.
    public var workDirectory: FilePath

    /// Describes an extension.
    public init(
        repository: FilePath, commit: String, basePackages: [PackageHeader], packages: [DownloadedPackage],
        postprocess: [String] = [], timestamp: Int64, cacheRepository: FilePath, workDirectory: FilePath
    ) {
        self.repository = repository
        self.commit = commit
        self.basePackages = basePackages
        self.packages = packages
        self.postprocess = postprocess
        self.timestamp = timestamp
        self.cacheRepository = cacheRepository
        self.workDirectory = workDirectory
    }
}

/// A tree that was extended.
public struct ExtendedTree: Sendable {
    /// The commit with the whole tree, in the cache repository. No ref names it.
    public var commit: String
    /// The headers of all packages: the base's, then the added ones sorted by NEVRA.
    public var packages: [PackageHeader]
    /// What was done.
    public var statistics: ComposeStatistics
}
