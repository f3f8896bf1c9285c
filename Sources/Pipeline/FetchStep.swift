import Builds
import HostSystem
import Packages
import SystemPackage
import Treefile

/// `cosa fetch`: refreshes repository metadata and downloads the packages that a build would use.
public struct FetchStep: Sendable {
    private let directory: WorkingDirectory
    private let basearch: String
    private let reporter: Reporter

    /// A fetch in `directory`.
    public init(_ directory: WorkingDirectory, basearch: String, reporter: Reporter) {
        self.directory = directory
        self.basearch = basearch
        self.reporter = reporter
    }

    /// What a fetch found.
    public struct Result: Sendable, Codable {
        /// The packages that a build would use now.
        public var packages: Int
        /// Their size in bytes.
        public var bytes: Int64
        /// The lockfile that was written; nil for none.
        public var lockfile: String?
    }

    /// Fetches.
    ///
    /// - Parameters:
    ///   - strict: refuse packages that no lockfile names.
    ///   - updateLockfile: ignore the lockfile `manifest-lock.<arch>.json` and write it anew.
    ///   - lockfile: where to write the lockfile instead; nil for nowhere else.
    ///   - dryRun: resolve only.
    ///   - autolock: a version of which another architecture's packages are taken as the lockfile.
    /// - Throws: the error of the step that failed.
    public func run(
        strict: Bool, updateLockfile: Bool, lockfile: FilePath?, dryRun: Bool, autolock: String?
    ) async throws -> Result {
        let configuration = try Configuration.load(directory, basearch: basearch)
        let source = PackageSource(configuration)
        let lock = try FileLock(directory.cache.appending(".fetch.lock"), wait: true)
        defer { withExtendedLifetime(lock) {} }
        try await reporter.step("Fetching metadata of \(try source.repositories().map(\.id).joined(separator: ", "))") {
            try await source.refresh(reporter)
        }
        let resolution = Resolution(configuration, source: source, reporter: reporter)
        let locked =
            updateLockfile ? Lockfile() : try source.lockfile(autolock: autolock, store: BuildStore(directory))
        let packages = try await resolution.run(lockfile: locked, strict: strict)
        let size = packages.packages.reduce(0) { $0 + $1.size }
        if !dryRun {
            try await reporter.step("Downloading \(packages.packages.count) packages (\(size >> 20) MiB)") {
                _ = try await resolution.download(packages)
            }
        }
        var written: FilePath?
        if updateLockfile || lockfile != nil {
            let path = lockfile ?? directory.config.appending("manifest-lock.\(basearch).json")
            try AtomicFile.write(Array(GeneratedLockfile(packages).bytes), to: path)
            written = path
        }
        return Result(packages: packages.packages.count, bytes: size, lockfile: written?.string)
    }
}

extension GeneratedLockfile {
    /// The lockfile of a package set, dated by its newest package.
    init(_ set: PackageSet) {
        self.init(
            packages: set.packages.map {
                Package(
                    name: $0.name, epoch: $0.epoch, version: $0.version, release: $0.release, arch: $0.arch,
                    sourceRPM: $0.sourceRPM)
            },
            generated: set.packages.map(\.buildTime).max() ?? 0)
    }
}
