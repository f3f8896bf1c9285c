import Foundation
import Librepo
import SystemPackage
import Treefile

/// One section of a `.repo` file (dnf.conf(5)), variables replaced.
public struct RepositoryConfig: Sendable, Equatable {
    /// The section's name.
    public var id: String
    /// The human-readable name.
    public var name: String
    /// Base URLs, tried in order.
    public var baseURLs: [String] = []
    /// The URL of a mirror list.
    public var mirrorList: String?
    /// The URL of a metalink file.
    public var metalink: String?
    /// Whether it is used where a manifest names no repositories.
    public var isEnabled = true
    /// The lower one wins.
    public var priority = 99
    /// Among equal packages the one from the cheaper repository is taken.
    public var cost = 1000
    /// Whether packages must be signed.
    public var checksPackages = false
    /// Whether `repomd.xml` must be signed.
    public var checksMetadata = false
    /// URLs of the keys.
    public var keyURLs: [String] = []
    /// Patterns of packages that are used; empty means all.
    public var includedPackages: [String] = []
    /// Patterns of packages that are not used.
    public var excludedPackages: [String] = []
    /// User name for HTTP.
    public var username: Secret?
    /// Password for HTTP.
    public var password: Secret?
    /// The proxy's URL.
    public var proxy: Secret?
    /// Whether certificates are checked.
    public var verifiesCertificates = true
    /// A file with certificate authorities.
    public var certificateAuthority: String?
    /// A client certificate.
    public var clientCertificate: String?
    /// The client certificate's key.
    public var clientKey: String?
    /// Whether this holds local overrides: lockfiles and the manifest's choice of repositories do not apply.
    public var isOverride = false
    /// The file that it was read from.
    public var file: FilePath?

    /// A repository without a place.
    public init(id: String, name: String? = nil) {
        self.id = id
        self.name = name ?? id
    }

    /// The repository made of the packages in `overrides/rpm`, which wins over every other one.
    public static func overrides(at directory: FilePath) -> RepositoryConfig {
        var repository = RepositoryConfig(id: "coreos-assembler-local-overrides")
        repository.baseURLs = ["file://\(directory)"]
        repository.priority = 1
        repository.isOverride = true
        return repository
    }

    /// The first URL, without credentials; for messages.
    public var displayURL: String {
        PackagesError.redacted(baseURLs.first ?? metalink ?? mirrorList ?? "(no URL)")
    }

    /// The directory of a `file://` base URL; nil for anything else.
    static func localDirectory(_ url: String) -> FilePath? {
        guard url.hasPrefix("file:///") else { return nil }
        let path = url.dropFirst("file://".count)
        return FilePath(String(path).removingPercentEncoding ?? String(path))
    }

    /// How librepo reaches it.
    var location: RepoLocation {
        var location = RepoLocation()
        location.baseURLs = baseURLs
        location.mirrorList = mirrorList
        location.metalink = metalink
        location.username = username?.value
        location.password = password?.value
        location.proxy = proxy?.value
        location.verifiesCertificates = verifiesCertificates
        location.certificateAuthority = certificateAuthority
        location.clientCertificate = clientCertificate
        location.clientKey = clientKey
        return location
    }

    /// The repositories that a manifest uses: those that it names, or all that are enabled; overrides always.
    ///
    /// - Throws: ``PackagesError`` where it names one that does not exist, or where none is left.
    public static func select(_ all: [RepositoryConfig], for manifest: Manifest) throws -> [RepositoryConfig] {
        let overrides = all.filter(\.isOverride)
        let configured = all.filter { !$0.isOverride }
        let named = manifest.repos + manifest.lockfileRepos + manifest.repoPackages.map(\.repo)
        let ids = configured.map(\.id).sorted().joined(separator: ", ")
        for id in named where !configured.contains(where: { $0.id == id }) {
            throw PackagesError(
                "Unknown rpm-md repository: \(id); the .repo files define "
                    + (ids.isEmpty ? "none" : ids) + ", add it or correct the manifest")
        }
        let chosen =
            manifest.repos.isEmpty
            ? configured.filter { $0.isEnabled || named.contains($0.id) }
            : configured.filter { named.contains($0.id) }
        guard !chosen.isEmpty || !overrides.isEmpty else {
            throw PackagesError("No enabled repositories; put a .repo file beside the manifest")
        }
        return chosen + overrides
    }
}
