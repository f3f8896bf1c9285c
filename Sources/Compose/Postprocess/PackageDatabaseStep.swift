import Foundation
import RPM
import SQLite
import SystemPackage

/// The database of installed packages, at /usr/share/rpm as in every image of this kind.
struct PackageDatabaseStep {
    let tree: TreeFiles
    /// Where the database is made; it is copied into the tree from there.
    let directory: FilePath

    /// The file's name.
    static let name = "rpmdb.sqlite"
    /// Where it is in a tree.
    static let place = "usr/share/rpm"

    /// Writes the database; equal packages and time give equal bytes.
    ///
    /// - Parameters:
    ///   - packages: sorted by NEVRA.
    ///   - installed: packages of a database that this one goes on from.
    func create(_ packages: [PackageHeader], after installed: [PackageHeader] = [], time: Int64) throws {
        try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
        try PackageDatabase.create(packages, after: installed, in: directory, time: UInt32(clamping: time))
        // librpm leaves the file in WAL mode, in which it cannot be opened on a read-only file system.
        try Database(directory.appending(Self.name)).execute("PRAGMA journal_mode=DELETE")
    }

    /// Puts the database and the links to it into the tree. Done twice: before scripts, which may ask it, and after
    /// them, because asking writes.
    func install() throws {
        for place in [Self.place, "usr/lib/sysimage/rpm-ostree-base-db"] { try install(at: place) }
        try tree.link("usr/lib/sysimage/rpm", to: "../../share/rpm")
        try tree.write("%_dbpath /usr/share/rpm\n".utf8, to: "usr/lib/rpm/macros.d/macros.rpm-ostree")
    }

    /// Puts the database alone into a directory of the tree, in place of what is there.
    func install(at place: String) throws {
        guard let bytes = FileManager.default.contents(atPath: directory.appending(Self.name).string) else {
            throw ComposeError.system(operation: "read \(directory.appending(Self.name))", reason: "no such file")
        }
        try tree.remove(place)
        try tree.write(bytes, to: "\(place)/\(Self.name)")
    }
}
