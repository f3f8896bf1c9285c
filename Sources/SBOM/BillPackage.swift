/// A package of a system, as its bill of materials needs it.
public struct BillPackage: Sendable, Equatable {
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
    /// RPM's `Vendor` tag: who built it.
    public var vendor: String?
    /// RPM's `Summary` tag: one line.
    public var summary: String?
    /// RPM's `URL` tag: the project's page.
    public var homepage: String?
    /// The SHA-256 of the package's file, 64 hex digits; nil where the file is not known any more.
    public var sha256: String?

    /// Describes a package.
    public init(
        name: String, epoch: Int, version: String, release: String, arch: String, sourceRPM: String? = nil,
        license: String? = nil, vendor: String? = nil, summary: String? = nil, homepage: String? = nil,
        sha256: String? = nil
    ) {
        self.name = name
        self.epoch = epoch
        self.version = version
        self.release = release
        self.arch = arch
        self.sourceRPM = sourceRPM
        self.license = license
        self.vendor = vendor
        self.summary = summary
        self.homepage = homepage
        self.sha256 = sha256
    }

    /// `[epoch:]version-release`
    public var evr: String { (epoch == 0 ? "" : "\(epoch):") + "\(version)-\(release)" }

    /// `name-[epoch:]version-release.arch`
    public var nevra: String { "\(name)-\(evr).\(arch)" }
}
