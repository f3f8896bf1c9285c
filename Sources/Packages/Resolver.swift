import Foundation
import RPM
import Solv
import SystemPackage
import Treefile

/// Chooses the packages of a build with libsolv.
public struct Resolver: Sendable {
    /// Where the metadata is.
    public let cache: MetadataCache
    /// The architecture, such as `x86_64`.
    public let basearch: String

    /// A resolver over fetched metadata.
    public init(cache: MetadataCache, basearch: String) {
        self.cache = cache
        self.basearch = basearch
    }

    /// Chooses packages.
    ///
    /// The order is rpm-ostree's: locks, then `exclude-packages`, then `repo-packages`, then `packages`. It blocks; the
    /// same metadata and the same arguments give the same result.
    /// - Parameters:
    ///   - repositories: what ``RepositoryConfig/select(_:for:)`` gave.
    ///   - lockfile: versions that must be used where a locked package is used.
    ///   - strict: whether packages that are not locked are forbidden.
    ///   - base: the packages of the system that the set is for: they are neither updated nor removed, and are not in
    ///     the result.
    /// - Throws: ``PackagesError``: all packages that do not exist in one message, or libsolv's explanation.
    public func resolve(
        _ manifest: Manifest, repositories: [RepositoryConfig], lockfile: Lockfile = Lockfile(), strict: Bool = false,
        base: [PackageHeader] = []
    ) throws -> PackageSet {
        let pool = SolvPool(arch: basearch)
        if !base.isEmpty { try pool.addInstalled(base, name: "the base") }
        var loaded: [(config: RepositoryConfig, packages: SolvRepository)] = []
        var seen: Set<String> = []
        let repositories = repositories.filter { seen.insert($0.id).inserted }
        // The order of loading decides between equal packages of equal repositories.
        for repository in repositories.sorted(by: { ($0.isOverride ? 0 : 1, $0.id) < ($1.isOverride ? 0 : 1, $1.id) }) {
            let target = pool.addRepository(
                repository.id, priority: -repository.priority, subpriority: -repository.cost)
            try cache.load(.primary, of: repository, into: target)
            loaded.append((repository, target))
        }
        pool.prepare()
        let locks = PackageLocks(lockfile: lockfile, isStrict: strict, lockedRepositories: Set(manifest.lockfileRepos))
        let exclusion = Exclusion(pool: pool, manifest: manifest, locks: locks, repositories: loaded)
        pool.exclude(exclusion.packages)
        pool.prepare()

        var request = PackageRequest(pool: pool, manifest: manifest)
        if request.needsFileLists || pool.needsFileLists(for: request.selections) {
            for (repository, target) in loaded { try cache.load(.filelists, of: repository, into: target) }
            pool.prepare()
            request = PackageRequest(pool: pool, manifest: manifest)
        }
        try request.refuseMissing(repositories: repositories.map(\.id), exclusion: exclusion)

        let choices: [SolvChoice]
        do {
            choices = try pool.solve(
                installing: request.selections, weakDependencies: manifest.recommends ?? true)
        } catch {
            throw PackagesError(
                "cannot resolve the packages of the manifest: \(error)" + Self.note(onHeld: error.heldPackages)
                    + exclusion.note(for: error))
        }
        let requested = Set(request.selections.flatMap { pool.packages(of: $0) }.map(\.identifier))
        return PackageSet(
            try choices.map { try ResolvedPackage($0, isRequested: requested.contains($0.package.identifier)) },
            warnings: locks.warnings(pool: pool))
    }

    /// What can be done where packages of the base are in the way.
    private static func note(onHeld packages: [String]) -> String {
        guard !packages.isEmpty else { return "" }
        let names = packages.sorted().joined(separator: ", ")
        return "; the base holds \(names): ask for packages that fit, or build the base with other versions and add to "
            + "that one"
    }
}

extension ResolvedPackage {
    init(_ choice: SolvChoice, isRequested: Bool) throws {
        let package = choice.package
        guard let checksum = package.checksum, !package.location.isEmpty else {
            throw PackagesError(
                "package \(package.name)-\(package.evr).\(package.arch) from \(package.repository): "
                    + "the metadata has no checksum or no location; run createrepo_c on the repository")
        }
        let parts = EVR(package.evr)
        self.init(
            name: package.name, epoch: parts.epoch, version: parts.version, release: parts.release,
            arch: package.arch, repository: package.repository, checksum: checksum, size: package.downloadSize,
            location: package.location, baseURL: package.baseURL, sourceRPM: package.sourcePackage,
            buildTime: package.buildTime,
            reason: isRequested ? .requested : choice.reason == .weak ? .weak : .dependency)
    }
}

/// The parts of `[epoch:]version-release`.
struct EVR: Equatable {
    var epoch: Int
    var version: String
    var release: String

    init(_ text: String) {
        var rest = text[...]
        epoch = 0
        if let colon = rest.firstIndex(of: ":") {
            epoch = Int(rest[..<colon]) ?? 0
            rest = rest[rest.index(after: colon)...]
        }
        let dash = rest.lastIndex(of: "-")
        version = String(dash.map { rest[..<$0] } ?? rest)
        release = dash.map { String(rest[rest.index(after: $0)...]) } ?? ""
    }

    /// The same text for `1.0-1` and `0:1.0-1`.
    var normalized: String { "\(epoch):\(version)-\(release)" }
}
