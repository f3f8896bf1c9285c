/// A commit that was composed, with what later steps need to know about it.
public struct ComposedCommit: Sendable, Codable, Equatable {
    /// The commit's checksum.
    public var checksum: String
    /// The checksum of its root directory; equal for equal trees, whatever version and time.
    public var contentChecksum: String
    /// The ref that names it in the target repository; nil where the treefile has none.
    public var ref: String?
    /// Its version.
    public var version: String
    /// Its time, in seconds since 1970.
    public var timestamp: Int64
    /// The kernel's release, the name of its directory below /usr/lib/modules; nil in a tree without kernel.
    public var kernelVersion: String?
    /// What was done.
    public var statistics: ComposeStatistics
    /// The packages, sorted by NEVRA.
    public var packages: [ComposedPackage]
}

/// A package of a composed tree.
public struct ComposedPackage: Sendable, Codable, Equatable {
    /// Its name.
    public var name: String
    /// Its epoch, 0 where it has none.
    public var epoch: Int
    /// Its version.
    public var version: String
    /// Its release.
    public var release: String
    /// Its architecture.
    public var arch: String
    /// The file name of the source package.
    public var sourceRPM: String?
    /// RPM's `License` tag.
    public var license: String?
    /// RPM's `Vendor` tag.
    public var vendor: String?
    /// RPM's `Summary` tag: one line.
    public var summary: String?
    /// RPM's `URL` tag: the project's page.
    public var homepage: String?
    /// When it was built, in seconds since 1970.
    public var buildTime: Int64
    /// The times of its changelog entries.
    public var changelogTimes: [Int64]
    /// The files and links of the final tree that it brought, as paths relative to the root, sorted.
    public var files: [String]

    /// `name-[epoch:]version-release.arch`
    public var nevra: String { "\(name)-" + (epoch == 0 ? "" : "\(epoch):") + "\(version)-\(release).\(arch)" }
}

/// Counts and durations of a compose.
public struct ComposeStatistics: Sendable, Codable, Equatable {
    /// Packages read from their files.
    public var packagesImported = 0
    /// Packages taken from the cache.
    public var packagesCached = 0
    /// Files and links in the tree.
    public var files = 0
    /// Directories in the tree.
    public var directories = 0
    /// Scripts run.
    public var scripts = 0
    /// Whether the initramfs was taken from the cache; nil where none was asked for.
    public var initramfsCached: Bool?
    /// Seconds by step.
    public var seconds: [String: Double] = [:]
}
