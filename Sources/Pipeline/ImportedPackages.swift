import Builds
import OSTree
import RPM
import SBOM
import SystemPackage

/// The packages that the database in a commit lists.
struct ImportedPackages {
    /// Sorted by name and version.
    let headers: [PackageHeader]

    /// Reads the database of a commit; there are no packages where it has none.
    ///
    /// - Parameter scratch: a directory for a copy, which librpm needs.
    /// - Throws: `GLibError`, `RPMError`.
    init(_ commit: String, in repository: Repository, scratch: FilePath) throws {
        // Keys of repositories are entries, too, and no packages.
        headers = try (CommitPackages.headers(of: commit, in: repository, scratch: scratch) ?? [])
            .filter { $0.name != "gpg-pubkey" }.sorted { $0.nevra < $1.nevra }
    }

    var lockfilePackages: [GeneratedLockfile.Package] {
        headers.map {
            GeneratedLockfile.Package(
                name: $0.name, epoch: $0.epoch, version: $0.version, release: $0.release, arch: $0.arch,
                sourceRPM: $0.sourceRPM)
        }
    }

    var billPackages: [BillPackage] {
        headers.map {
            BillPackage(
                name: $0.name, epoch: $0.epoch, version: $0.version, release: $0.release, arch: $0.arch,
                sourceRPM: $0.sourceRPM, license: $0.license, vendor: $0.vendor, summary: $0.summary,
                homepage: $0.homepage)
        }
    }
}
