/// Where a member of a container layer belongs in a commit (ostree-ext `src/tar/write.rs`).
enum LayerPath {
    /// What a container runtime fills: the directories stay, what is in them does not.
    private static let volatile: Set<String> = ["run", "tmp", "proc", "sys", "dev", "sysroot"]

    /// The parts of the path in the commit, none of them for the root; nil for what no commit takes.
    ///
    /// `/` and `./` at the beginning mean the root of the tree. `etc` is `usr/etc` in a commit.
    ///
    /// - Throws: ``InvalidPath`` for a path with `..`.
    static func normalize(_ path: String) throws(InvalidPath) -> [String]? {
        var parts = path.split(separator: "/").map(String.init).filter { $0 != "." }
        guard !parts.contains(where: { $0 == ".." || $0.unicodeScalars.contains("\0") }) else {
            throw InvalidPath(path)
        }
        guard let first = parts.first else { return [] }
        if parts.count > 1, volatile.contains(first) { return nil }
        if first == "etc" || first == Whiteout.prefix + "etc" { parts.insert("usr", at: 0) }
        return parts
    }

    /// The object of the repository inside the image that a member is: the checksum of a content object. Nil for other
    /// members.
    static func contentObject(_ path: String) -> String? {
        let parts = path.split(separator: "/").map(String.init).filter { $0 != "." }
        guard let object = ObjectImport.parse(parts.joined(separator: "/")), object.suffix == "file" else { return nil }
        return object.checksum
    }
}

/// A path that leaves the tree.
struct InvalidPath: Error, CustomStringConvertible {
    let description: String
    init(_ path: String) { description = "Invalid path: \(path)" }
}

/// Files that say what a layer removes (image-spec, layer.md).
enum Whiteout {
    static let prefix = ".wh."
    /// Everything that lower layers have in the directory.
    static let opaque = ".wh..wh..opq"

    /// The name that a file of this name removes; nil where it removes none.
    static func removed(by name: String) -> String? {
        // What begins with two prefixes is a note of the storage driver.
        guard name.hasPrefix(prefix), !name.hasPrefix(prefix + prefix) else { return nil }
        return String(name.dropFirst(prefix.count))
    }
}
