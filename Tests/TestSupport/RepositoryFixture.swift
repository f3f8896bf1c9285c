import Foundation
import HostSystem
import SystemPackage

/// An rpm-md repository in a directory, made by createrepo_c.
public struct RepositoryFixture: Sendable {
    /// The repository id.
    public let id: String
    /// The directory that holds the packages and `repodata/`.
    public let path: FilePath
    /// The key that signed packages and metadata; nil where nothing is signed.
    public let key: SigningKey?

    /// Builds the packages and indexes them; with a key, packages and repomd.xml are signed.
    ///
    /// - Throws: `CommandError` of the tool that failed.
    public init(_ id: String, at path: FilePath, packages: [RPMFixture], key: SigningKey? = nil) async throws {
        self.id = id
        self.path = path
        self.key = key
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
        var built: [FilePath] = []
        for package in packages { built.append(try await package.build(in: path.appending("Packages"))) }
        try await key?.sign(packages: built)
        try await index()
    }

    /// Writes `repodata/` anew, after packages were added or removed.
    ///
    /// - Throws: `CommandError` of the tool that failed.
    public func index() async throws {
        try await Command(
            "createrepo_c",
            ["--quiet", "--no-database", "--revision", "1700000000", "--set-timestamp-to-revision", path.string]
        ).run()
        try await key?.signDetached(path.appending("repodata/repomd.xml"))
    }

    /// The `file://` URL.
    public var url: String { "file://\(path)" }

    /// A section for a `.repo` file, with any further lines.
    public func section(_ extra: [String] = []) -> String {
        var lines = ["[\(id)]", "name=\(id)", "baseurl=\(url)", "enabled=1"]
        if let key {
            lines += ["gpgcheck=1", "repo_gpgcheck=1", "gpgkey=file://\(key.publicKey)"]
        } else {
            lines += ["gpgcheck=0"]
        }
        return (lines + extra).joined(separator: "\n") + "\n"
    }
}
