import Builds
import Packages
import Treefile

/// Everything that is settled before a build starts to work: what it is made of and what it will be called.
struct BuildPlan: Sendable {
    let configuration: Configuration
    let packages: PackageSet
    let configCommit: GitRevision?
    /// The one time of the build, in seconds since 1970.
    let timestamp: Int64
    let version: String
    /// The digest of all inputs, packages included.
    let inputs: InputDigest
    /// The digest of all inputs with the fetched metadata in place of the packages.
    let request: InputDigest

    /// The input hash: label, commit metadata and message.
    var inputHash: String { inputs.value }

    /// The OSTree ref of the commit.
    var ref: String {
        configuration.manifest.manifest.ref ?? "\(configuration.name)/\(configuration.basearch)/stable"
    }
}
