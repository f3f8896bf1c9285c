import LibArchive

/// The OSTree repository inside an image's layers: mode `bare-split-xattrs` under `sysroot/ostree/repo`
/// (ostree-ext `src/tar/export.rs`).
enum RepositoryLayout {
    static let path = "sysroot/ostree/repo"
    static let objectsPath = path + "/objects"

    /// The repository's configuration, byte for byte.
    static let configuration = "[core]\nrepo_version=1\nmode=bare-split-xattrs\n"

    /// The directories that every layer begins with, in order.
    static let directories: [String] = {
        let digits = Array("0123456789abcdef")
        let shards = digits.flatMap { high in digits.map { low in "\(objectsPath)/\(high)\(low)" } }
        let others = [
            "extensions", "refs", "refs/heads", "refs/mirrors", "refs/remotes", "state", "tmp", "tmp/cache",
        ]
        return ["sysroot", "sysroot/ostree", path, objectsPath] + shards + others.map { "\(path)/\($0)" }
    }()

    /// Where an object is; `suffix` is its type's name.
    static func objectPath(_ checksum: String, _ suffix: String) -> String {
        "\(objectsPath)/\(checksum.prefix(2))/\(checksum.dropFirst(2)).\(suffix)"
    }

    /// A path of the commit as a container shows it: `usr/etc` is `etc`.
    static func containerPath(_ path: String) -> String {
        path == "usr/etc" || path.hasPrefix("usr/etc/") ? String(path.dropFirst("usr/".count)) : path
    }

    /// Writes the directories and the configuration.
    static func write(to archive: ArchiveWriter) throws {
        for directory in directories {
            try archive.add(ArchiveEntry(path: directory, kind: .directory, mode: 0o755))
        }
        try archive.add(
            ArchiveEntry(path: path + "/config", kind: .regular, mode: 0o644), content: Array(configuration.utf8))
    }
}
