import Builds
import Compose
import Foundation
import HostSystem
import Packages
import SystemPackage
import Treefile

/// `cosa build`: from the configuration to a commit and its container image, or the word that nothing changed.
public struct BuildStep: Sendable {
    let directory: WorkingDirectory
    let basearch: String
    let options: BuildOptions
    let toolVersion: String
    let reporter: Reporter

    var store: BuildStore { BuildStore(directory) }

    /// A build in `directory`.
    ///
    /// - Parameter toolVersion: the version of this tool; another one makes a new build.
    public init(
        _ directory: WorkingDirectory, basearch: String, options: BuildOptions, toolVersion: String, reporter: Reporter
    ) {
        self.directory = directory
        self.basearch = basearch
        self.options = options
        self.toolVersion = toolVersion
        self.reporter = reporter
    }

    /// Builds.
    ///
    /// - Throws: the error of the step that failed; `builds/` is as before then.
    public func run() async throws -> BuildOutcome {
        let configuration = try Configuration.load(directory, basearch: basearch)
        if let version = options.version, try store.contains(version, arch: basearch) { return .alreadyExists(version) }
        let source = PackageSource(configuration)
        let request = try request(configuration, source)
        let previous = try PreviousBuild.latest(in: store, arch: basearch)
        if let previous {
            reporter.note("Previous input hash: \(previous.inputHash ?? "none")")
            if let unchanged = verdict(previous, unchangedIf: previous.requestDigest == request.value) {
                return unchanged
            }
        }

        let resolution = Resolution(configuration, source: source, reporter: reporter)
        let lockfile = try source.lockfile(autolock: options.autolock, store: store)
        let packages = try await resolution.run(lockfile: lockfile, strict: options.strict)
        // What was fetched is part of the request only: metadata may have been downloaded just now.
        let fetched = try self.request(configuration, source)
        let inputs = try inputs(configuration, packages)
        if let previous {
            if let unchanged = verdict(previous, unchangedIf: previous.inputHash == inputs.value) {
                try previous.remember(request: fetched, in: store, arch: basearch)
                return unchanged
            }
            if let before = previous.inputs, options.force == false {
                reporter.note("Changed inputs: \(inputs.changes(since: before).joined(separator: ", "))")
            }
        }
        let plan = try await plan(configuration, packages, inputs: inputs, request: fetched)
        if try store.contains(plan.version, arch: basearch) { return .alreadyExists(plan.version) }

        let lock = try store.lockForBuilding()
        defer { withExtendedLifetime(lock) {} }
        try await make(plan, resolution: resolution, lock: lock)
        if !options.skipPrune { try publication.pruneOldBuilds(lock, reporter: reporter) }
        return .built(plan.version)
    }

    private func verdict(_ previous: PreviousBuild, unchangedIf equal: Bool) -> BuildOutcome? {
        guard equal, let hash = previous.inputHash else { return nil }
        guard options.force else { return .unchanged(previous.id, hash: hash) }
        reporter.note("Input hash unchanged (\(hash))")
        reporter.note("Importing new build anyway (--force)")
        return nil
    }

    private func request(_ configuration: Configuration, _ source: PackageSource) throws -> InputDigest {
        var digest = try inputs(configuration)
        let repositories = try source.repositories()
        digest.add(
            "metadata",
            text: source.cache.isFetched(repositories) ? try source.cache.digest(repositories) : "not fetched")
        return digest
    }

    private func inputs(_ configuration: Configuration, _ packages: PackageSet? = nil) throws -> InputDigest {
        var digest = try configuration.digest(
            autolock: options.autolock, strict: options.strict, toolVersion: toolVersion)
        if let packages {
            digest.add("packages", text: packages.packages.map { "\($0.nevra) \($0.checksum)\n" }.joined())
        }
        return digest
    }

    private func plan(
        _ configuration: Configuration, _ packages: PackageSet, inputs: InputDigest, request: InputDigest
    ) async throws -> BuildPlan {
        let commit = await ConfigCommit.of(directory.config)
        let newest = packages.packages.map(\.buildTime).max() ?? 0
        let timestamp = try Timestamp.sourceDateEpoch() ?? max(newest, commit?.time ?? 0)
        let versions = BuildVersion(configuration: configuration, store: store, options: options, reporter: reporter)
        return BuildPlan(
            configuration: configuration, packages: packages, configCommit: commit?.revision, timestamp: timestamp,
            version: try await versions.next(timestamp: timestamp), inputs: inputs, request: request)
    }
}
