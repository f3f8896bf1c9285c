import ContainerImage
import HostSystem
import OSTree
import RPM
import SystemPackage

/// The packages of a commit by its own database, whoever made the commit.
enum CommitPackages {
    private static let name = "rpmdb.sqlite"
    private static let places = ["usr/share/rpm", "usr/lib/sysimage/rpm"]

    /// The packages as the components of an image.
    ///
    /// - Parameter scratch: where the database is copied to for a moment; librpm reads files only.
    /// - Throws: ``PipelineError`` for a commit without a database, `RPMError`.
    static func components(of commit: String, in repository: Repository, scratch: FilePath) throws -> [Component] {
        guard let headers = try headers(of: commit, in: repository, scratch: scratch) else {
            throw PipelineError(
                "commit \(commit.prefix(12)) has no package database (/\(places.joined(separator: "/\(name) or /"))"
                    + "/\(name)), by which its files are put into layers")
        }
        return try headers.map(Component.init)
    }

    /// The packages as the database has them; nil for a commit without a database.
    ///
    /// - Parameter scratch: where the database is copied to for a moment; librpm reads files only.
    /// - Throws: `GLibError`, `RPMError`.
    static func headers(of commit: String, in repository: Repository, scratch: FilePath) throws -> [PackageHeader]? {
        guard let bytes = try database(of: commit, in: repository) else { return nil }
        let folder = try TemporaryFolder(prefix: "rpmdb", in: scratch)
        defer { folder.remove() }
        try AtomicFile.write(bytes, to: folder.path.appending(name))
        return try PackageDatabase.read(folder.path)
    }

    private static func database(of commit: String, in repository: Repository) throws -> [UInt8]? {
        for place in places {
            if let bytes = try repository.readFile("\(place)/\(name)", of: commit) { return bytes }
        }
        return nil
    }
}

extension Component {
    /// An installed package as a component of an image.
    init(_ header: PackageHeader) throws {
        let files = try header.files().compactMap { file -> File? in
            if file.isDirectory || file.isGhost { return nil }
            return File(file.path, size: file.isRegular ? file.size : nil)
        }
        self.init(
            identifier: header.nevra, name: header.name, source: header.sourceRPM, buildTime: header.buildTime,
            changelogTimes: header.changelogTimes, files: files)
    }
}
