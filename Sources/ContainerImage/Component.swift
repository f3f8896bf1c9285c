/// A part of the operating system that changes as a whole, nearly always a binary package: the unit of layer packing.
public struct Component: Sendable, Equatable, Codable {
    /// What names it in the image's history: a package's NEVRA. Unique within an image.
    public var identifier: String
    /// The name without a version.
    public var name: String
    /// The source package, as a name or as RPM's `SOURCERPM`; binaries of one source change together.
    public var source: String?
    /// When it was built, in seconds since 1970.
    public var buildTime: Int64
    /// The times of its changelog's entries, in seconds since 1970.
    public var changelogTimes: [Int64]
    /// The files that it owns.
    public var files: [File]

    /// A file of a component.
    public struct File: Sendable, Equatable, Codable {
        /// Where it is, as its package says or as the commit does.
        public var path: String
        /// Its size in bytes as its package has it; nil where that is not known.
        ///
        /// A file of another size was made by the build, and not by the package.
        public var size: Int64?

        /// Names a file.
        public init(_ path: String, size: Int64? = nil) {
            self.path = path
            self.size = size
        }
    }

    /// Makes a component.
    public init(
        identifier: String, name: String, source: String?, buildTime: Int64, changelogTimes: [Int64], files: [File]
    ) {
        self.identifier = identifier
        self.name = name
        self.source = source
        self.buildTime = buildTime
        self.changelogTimes = changelogTimes
        self.files = files
    }

    /// How often it changes: the number of changelog entries in the year before it was built.
    ///
    /// The year ends at the component's own build and not at the newest build in the image, so that updating one
    /// package never changes the figure of another.
    var updatesPerYear: Int {
        let yearBefore = buildTime - 365 * 24 * 3600
        return changelogTimes.count { $0 > yearBefore }
    }

    /// The source package's name without version and release, which stays the same when the package is updated.
    var sourceName: String {
        guard let source, !source.isEmpty else { return name }
        for suffix in [".src.rpm", ".nosrc.rpm", ".src", ".nosrc"] where source.hasSuffix(suffix) {
            let parts = source.dropLast(suffix.count).split(separator: "-", omittingEmptySubsequences: false)
            if parts.count > 2 { return parts.dropLast(2).joined(separator: "-") }
        }
        return source
    }
}
