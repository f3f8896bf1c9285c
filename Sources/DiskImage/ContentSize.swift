import Deployment

/// How much room the files of a tree take on a filesystem.
struct ContentSize: Equatable {
    /// In blocks of 4 KiB, with 512 bytes for each inode; a file with several names counts once.
    var bytes: Int64 = 0
    /// Files, directories and links.
    var inodes: Int64 = 0

    /// Nothing.
    init() {}

    /// Adds up a tree.
    init(of tree: FileTree) {
        // The names of a directory take room in it: a byte more than the name, rounded, and 8 bytes.
        var names: [Substring: Int64] = [:]
        for entry in tree.entries {
            let slash = entry.path.lastIndex(of: "/") ?? entry.path.startIndex
            let parent = entry.path[..<slash]
            names[parent, default: 0] += Int64(entry.path.utf8.count - parent.utf8.count + 11) / 4 * 4
            switch entry.kind {
            case .hardLink: continue
            case .directory: break
            case .file(let content): add(blocksFor: content.size)
            // A short link's target is in its inode.
            case .symbolicLink(let target): add(blocksFor: target.utf8.count < 60 ? 0 : Int64(target.utf8.count))
            }
            inodes += 1
            bytes += 512
        }
        for size in names.values { add(blocksFor: size + 24) }
    }

    private mutating func add(blocksFor size: Int64) { bytes += (size + 4095) / 4096 * 4096 }
}
