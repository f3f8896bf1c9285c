import Builds
import HostSystem
import OSTree
import RPM
import SBOM
import SystemPackage

/// The packages that the database in a commit lists.
struct ImportedPackages {
    /// Sorted by name and version.
    let headers: [PackageHeader]

    /// Where systems have their database: rpm-ostree's place, RPM's own and the old one.
    private static let places = ["usr/share/rpm", "usr/lib/sysimage/rpm", "var/lib/rpm"]

    /// Reads the database of a commit; there are no packages where it has none.
    ///
    /// - Parameter scratch: a directory to put a copy into, which librpm needs.
    /// - Throws: `GLibError`, `RPMError`, `Errno`.
    init(_ commit: String, in repository: Repository, scratch: FilePath) throws {
        for place in Self.places {
            guard let bytes = try repository.readFile("\(place)/rpmdb.sqlite", of: commit) else { continue }
            try FileContent.createDirectory(scratch)
            try AtomicFile.write(bytes, to: scratch.appending("rpmdb.sqlite"))
            // Keys of repositories are entries, too, and no packages.
            headers = try PackageDatabase.read(scratch).filter { $0.name != "gpg-pubkey" }.sorted {
                $0.nevra < $1.nevra
            }
            return
        }
        headers = []
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
