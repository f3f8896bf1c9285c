import Treefile

/// A package that was chosen, and where to get it.
public struct ResolvedPackage: Sendable, Equatable, Codable {
    /// Why a package is in the set.
    public enum Reason: String, Sendable, Codable {
        /// The manifest names it.
        case requested
        /// Another package needs it.
        case dependency
        /// Another package recommends it.
        case weak
    }

    /// The name.
    public var name: String
    /// The epoch, 0 where there is none.
    public var epoch: Int
    /// The version.
    public var version: String
    /// The release.
    public var release: String
    /// The architecture.
    public var arch: String
    /// The id of the repository.
    public var repository: String
    /// The checksum of the .rpm as `<type>:<hex>`, mostly `sha256:…`.
    public var checksum: String
    /// The size of the .rpm in bytes.
    public var size: Int64
    /// The path of the .rpm below the repository's base URL.
    public var location: String
    /// A base URL of its own, where the metadata has one.
    public var baseURL: String?
    /// The file name of the source package.
    public var sourceRPM: String?
    /// When it was built, in seconds since 1970.
    public var buildTime: Int64
    /// Why it is here.
    public var reason: Reason

    /// Describes a package.
    public init(
        name: String, epoch: Int, version: String, release: String, arch: String, repository: String,
        checksum: String, size: Int64, location: String, baseURL: String? = nil, sourceRPM: String?,
        buildTime: Int64, reason: Reason
    ) {
        self.name = name
        self.epoch = epoch
        self.version = version
        self.release = release
        self.arch = arch
        self.repository = repository
        self.checksum = checksum
        self.size = size
        self.location = location
        self.baseURL = baseURL
        self.sourceRPM = sourceRPM
        self.buildTime = buildTime
        self.reason = reason
    }

    /// `[E:]V-R`
    public var evr: String { (epoch == 0 ? "" : "\(epoch):") + "\(version)-\(release)" }
    /// `[E:]V-R.A`
    public var evra: String { "\(evr).\(arch)" }
    /// `N-[E:]V-R.A`
    public var nevra: String { "\(name)-\(evra)" }
}

/// The packages of a build.
public struct PackageSet: Sendable, Equatable, Codable {
    /// The packages, sorted by name, then by the rest of the NEVRA.
    public let packages: [ResolvedPackage]
    /// Things that are odd without being wrong, such as a locked package that no repository has.
    public let warnings: [String]

    /// Sorts the packages.
    public init(_ packages: [ResolvedPackage], warnings: [String] = []) {
        self.packages = packages.sorted { ($0.name, $0.nevra, $0.repository) < ($1.name, $1.nevra, $1.repository) }
        self.warnings = warnings
    }

    /// The lockfile that asks for exactly these packages.
    ///
    /// - Parameter metadata: what else the lockfile says, such as `generated`.
    public func lockfile(metadata: [String: ConfigValue] = [:]) -> Lockfile {
        var lockfile = Lockfile(metadata: metadata)
        for package in packages {
            var details: [String: ConfigValue] = [:]
            details["sourcerpm"] = package.sourceRPM.map(ConfigValue.string)
            lockfile.packages[package.name] = Lockfile.Package(
                evr: package.evr, arch: package.arch, digest: package.checksum, metadata: details)
        }
        return lockfile
    }
}
