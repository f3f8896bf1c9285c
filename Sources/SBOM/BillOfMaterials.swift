import HostSystem

/// What a system is made of: the one model that both documents are written from (``SPDXDocument``,
/// ``CycloneDXDocument``).
///
/// Equal systems have equal documents: times and identifiers come from the build, not from the clock.
public struct BillOfMaterials: Sendable, Equatable {
    /// The name of the system (`fedora-coreos`).
    public var name: String
    /// Its version.
    public var version: String
    /// Its processor in RPM's words (`x86_64`).
    public var arch: String
    /// The value of `ID` in its os-release, which is the namespace of its packages' URLs; the name where it has none.
    public var distribution: String
    /// The OSTree commit.
    public var commit: String
    /// The digest of the container image's manifest: `sha256:` and 64 hex digits; nil where there is no image.
    public var imageDigest: String?
    /// The build's time as in `meta.json`: `2026-08-17T12:00:00Z`.
    public var created: String
    /// The version of the tool that writes the document.
    public var toolVersion: String
    /// The packages; each document sorts them by NEVRA.
    public var packages: [BillPackage]

    /// Describes a system.
    public init(
        name: String, version: String, arch: String, distribution: String, commit: String, imageDigest: String? = nil,
        created: String, toolVersion: String, packages: [BillPackage]
    ) {
        self.name = name
        self.version = version
        self.arch = arch
        self.distribution = distribution
        self.commit = commit
        self.imageDigest = imageDigest
        self.created = created
        self.toolVersion = toolVersion
        self.packages = packages.sorted { $0.nevra.utf8.lexicographicallyPrecedes($1.nevra.utf8) }
    }

    /// A UUID of this bill: another one for each build.
    var uuid: String { DerivedUUID.make(seed: "\(name) \(version) \(arch) \(commit)", name: imageDigest ?? "") }

    /// The package's URL (purl-spec, `rpm` type).
    func packageURL(of package: BillPackage) -> String {
        var qualifiers = [("arch", package.arch)]
        if package.epoch != 0 { qualifiers.append(("epoch", "\(package.epoch)")) }
        if let source = package.sourceRPM { qualifiers.append(("upstream", source)) }
        return PackageURL.text(
            namespace: distribution, name: package.name, version: "\(package.version)-\(package.release)",
            qualifiers: qualifiers)
    }
}
