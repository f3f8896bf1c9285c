import CRPM

/// Epoch, version and release of a package, ordered as rpm orders them.
public struct PackageVersion: Sendable, Hashable, Comparable {
    /// The epoch; 0 for none.
    public var epoch: Int
    /// The version.
    public var version: String
    /// The release.
    public var release: String

    /// A version with all of its parts.
    public init(epoch: Int, version: String, release: String) {
        self.epoch = epoch
        self.version = version
        self.release = release
    }

    /// True where the first one is older.
    public static func < (first: PackageVersion, second: PackageVersion) -> Bool {
        if first.epoch != second.epoch { return first.epoch < second.epoch }
        let versions = rpmvercmp(first.version, second.version)
        return versions == 0 ? rpmvercmp(first.release, second.release) < 0 : versions < 0
    }
}
