import Builds
import Foundation
import HostSystem
import Packages
import SystemPackage
import Treefile

/// Where a configuration's packages come from: its repositories with the cache of their metadata, and `overrides/rpm`.
struct PackageSource: Sendable {
    let configuration: Configuration
    let cache: MetadataCache

    init(_ configuration: Configuration) {
        self.configuration = configuration
        cache = MetadataCache(
            rpmmd: configuration.directory.repositoryMetadata, solv: configuration.directory.solvCache)
    }

    /// The repositories that the manifest uses.
    ///
    /// - Throws: `PackagesError` for one that no `.repo` file defines.
    func repositories() throws -> [RepositoryConfig] {
        try RepositoryConfig.select(configuration.repositories, for: configuration.manifest.manifest)
    }

    /// Downloads the metadata of all repositories anew.
    func refresh(_ reporter: Reporter) async throws {
        try await cache.refresh(try repositories()) { reporter.output($0) }
    }

    /// The packages in `overrides/rpm` as a repository that wins over all others; nil where there are none.
    func overrides(_ reporter: Reporter) async throws -> RepositoryConfig? {
        let folder = configuration.directory.overrideRPMs
        guard FileContent.names(in: folder).contains(where: { $0.hasSuffix(".rpm") }) else { return nil }
        try await Command(
            "createrepo_c",
            ["--quiet", "--no-database", "--revision", "0", "--set-timestamp-to-revision", folder.string]
        ).run { reporter.output($0) }
        return RepositoryConfig.overrides(at: folder)
    }

    /// The lockfile that applies: the configuration's own, or another architecture's of the same version.
    ///
    /// - Throws: `TreefileError`, `BuildsError` where `autolock` names a build that has none.
    func lockfile(autolock: String?, store: BuildStore) throws -> Lockfile {
        let base = configuration.directory.config.appending("manifest-lock.\(configuration.basearch).json")
        guard !FileContent.exists(base), let version = autolock else {
            return try Lockfile.load(configuration.lockfiles)
        }
        guard let build = try store.index().build(version),
            let other = build.arches.first(where: { $0 != configuration.basearch })
        else {
            throw PipelineError(
                "--autolock: there is no build \(version) of another architecture than \(configuration.basearch); "
                    + "`cosa list` shows what there is")
        }
        var lockfile = try Lockfile.load(
            store.path(version, arch: other).appending(GeneratedLockfile.fileName(arch: other))
        ).withoutArchitectures
        lockfile.override(with: try Lockfile.load(configuration.lockfiles))
        return lockfile
    }
}
