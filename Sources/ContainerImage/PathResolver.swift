/// Finds the objects that a package's file list means in a commit's tree.
///
/// Packages name files by paths through symlinked directories (`/lib/modules` where `/lib` links to `usr/lib`), and by
/// `/etc` where a commit keeps `usr/etc`.
struct PathResolver {
    private let tree: CommitTree
    private let directories: Set<String>
    private var resolvedParents: [String: String?] = [:]

    init(_ tree: CommitTree) {
        self.tree = tree
        directories = Set(tree.directories.map(\.path))
    }

    /// The checksum of the file or symbolic link at `path`; nil where there is none, or a directory.
    mutating func object(at path: String) -> String? {
        for candidate in [path] + PackagePath.places(of: path) {
            if let checksum = exactObject(at: candidate) { return checksum }
        }
        return nil
    }

    private mutating func exactObject(at path: String) -> String? {
        let parts = path.split(separator: "/").filter { $0 != "." }
        guard let name = parts.last, let parent = directory(at: parts.dropLast()) else { return nil }
        return tree.files[parent.isEmpty ? String(name) : "\(parent)/\(name)"]
    }

    private mutating func directory(at parts: ArraySlice<Substring>) -> String? {
        let key = parts.joined(separator: "/")
        if let known = resolvedParents[key] { return known }
        let result = resolve(parts)
        resolvedParents[key] = .some(result)
        return result
    }

    private func resolve(_ parts: ArraySlice<Substring>) -> String? {
        var pending = Array(parts.reversed())
        var current: [Substring] = []
        var followedLinks = 0
        while let part = pending.popLast() {
            if part == "." { continue }
            if part == ".." {
                _ = current.popLast()
                continue
            }
            if current.isEmpty, part == "etc", !directories.contains("etc") { current.append("usr") }
            let path = (current + [part]).joined(separator: "/")
            if directories.contains(path) {
                current.append(part)
                continue
            }
            guard let target = tree.files[path].flatMap({ tree.contents[$0]?.symlinkTarget }), followedLinks < 40
            else { return nil }
            followedLinks += 1
            if target.hasPrefix("/") { current = [] }
            pending += target.split(separator: "/").reversed()
        }
        return current.joined(separator: "/")
    }
}
