import HostSystem
import Packages
import RPM
import SystemPackage
import Treefile

/// From a configuration to package files: resolves with libsolv and downloads.
struct Resolution: Sendable {
    private let configuration: Configuration
    private let source: PackageSource
    private let reporter: Reporter

    init(_ configuration: Configuration, source: PackageSource, reporter: Reporter) {
        self.configuration = configuration
        self.source = source
        self.reporter = reporter
    }

    /// The package set by the metadata that was fetched last; fetches once when there is none.
    ///
    /// - Parameter base: the packages that the set is added to; none for a whole system.
    func run(lockfile: Lockfile, strict: Bool, base: [PackageHeader] = []) async throws -> PackageSet {
        var repositories = try source.repositories()
        if !source.cache.isFetched(repositories) {
            try await reporter.step("No metadata yet; fetching it") { try await source.refresh(reporter) }
        }
        if let overrides = try await source.overrides(reporter) {
            try await source.cache.refresh([overrides]) { reporter.output($0) }
            repositories.append(overrides)
        }
        let resolver = Resolver(cache: source.cache, basearch: configuration.basearch)
        let all = repositories
        let manifest = configuration.manifest.manifest
        let packages = try await reporter.step("Resolving packages") {
            try await Blocking.run {
                try resolver.resolve(manifest, repositories: all, lockfile: lockfile, strict: strict, base: base)
            }
        }
        for warning in packages.warnings { reporter.note("warning: \(warning)") }
        return packages
    }

    /// The files of a package set, with checksums and signatures checked.
    func download(_ set: PackageSet) async throws -> [DownloadedPackage] {
        var repositories = try source.repositories()
        if let overrides = try await source.overrides(reporter) { repositories.append(overrides) }
        return try await Downloader(cache: source.cache).download(
            set, repositories: repositories, to: configuration.directory.packages
        ) { reporter.output("\($0.completed)/\($0.total) \($0.latest)") }
    }
}
