import Foundation
import SystemPackage

extension ButaneTranslation {
    /// Adds the files and links of all `storage.trees`.
    mutating func addTrees(to config: inout SourceNode) throws {
        guard !trees.isEmpty else { return }
        var storage = config["storage"] ?? SourceNode(.object([]), trees[0].place)
        for tree in trees {
            guard let local = tree["local"] else { continue }
            let root = try files.path(local)
            guard try kind(of: root, local, followsLink: true) == S_IFDIR else {
                throw failure(local.place, "\(root) is not a folder")
            }
            try add(root, to: tree["path"]?.text ?? "/", local, &storage)
        }
        config.set("storage", storage)
    }

    /// Adds what is in `folder`, in the order of names.
    private func add(
        _ folder: FilePath, to target: String, _ local: SourceNode, _ storage: inout SourceNode
    ) throws {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted {
                $0.utf8.lexicographicallyPrecedes($1.utf8)
            }
        } catch {
            throw failure(local.place, "cannot list \(folder)")
        }
        for name in names {
            let path = folder.appending(name)
            let place = target == "/" ? "/\(name)" : "\(target)/\(name)"
            switch try kind(of: path, local) {
            case S_IFDIR: try add(path, to: place, local, &storage)
            case S_IFREG: try addFile(path, at: place, local, &storage)
            case S_IFLNK: try addLink(path, at: place, local, &storage)
            default: throw failure(local.place, "\(path) is neither a file nor a folder nor a link")
            }
        }
    }

    private func addFile(
        _ path: FilePath, at target: String, _ local: SourceNode, _ storage: inout SourceNode
    ) throws {
        var (list, index) = try entry("files", target, local, storage)
        var file = list[index]
        var contents = file["contents"] ?? SourceNode(.object([]), local.place)
        guard contents["source"] == nil else {
            throw failure(local.place, "\(path) is to become \(target), which has contents in storage.files")
        }
        let isCompressed = contents["compression"]?.text?.isEmpty == false
        let url = try url(of: try files.bytes(at: path, local), isCompressed: isCompressed, local.place)
        contents.set("source", SourceNode(.text(url.text), local.place))
        if !isCompressed { contents.set("compression", SourceNode(.text(url.compression), local.place)) }
        file.set("contents", contents)
        if file["mode"] == nil {
            let isExecutable = try status(of: path, local).st_mode & 0o111 != 0
            file.set("mode", SourceNode(.integer(isExecutable ? 0o755 : 0o644), local.place))
        }
        list[index] = file
        storage.set("files", SourceNode(.list(list), local.place))
    }

    private func addLink(
        _ path: FilePath, at target: String, _ local: SourceNode, _ storage: inout SourceNode
    ) throws {
        var (list, index) = try entry("links", target, local, storage)
        guard list[index]["target"] == nil else {
            throw failure(local.place, "\(path) is to become \(target), which has a target in storage.links")
        }
        guard let value = try? FileManager.default.destinationOfSymbolicLink(atPath: path.string) else {
            throw failure(local.place, "cannot read the link \(path)")
        }
        list[index].set("target", SourceNode(.text(value), local.place))
        storage.set("links", SourceNode(.list(list), local.place))
    }

    /// The elements of `storage.<list>`, with one for `target`, and its index.
    private func entry(
        _ list: String, _ target: String, _ local: SourceNode, _ storage: SourceNode
    ) throws -> (elements: [SourceNode], index: Int) {
        for other in ["directories", "files", "links"] where other != list {
            if (storage[other]?.elements ?? []).contains(where: { $0["path"]?.text == target }) {
                throw failure(local.place, "\(target) is in storage.\(other) too")
            }
        }
        var elements = storage[list]?.elements ?? []
        if let index = elements.firstIndex(where: { $0["path"]?.text == target }) { return (elements, index) }
        elements.append(SourceNode(["path": .string(target)], at: local.place, hasOwnKeys: false))
        return (elements, elements.count - 1)
    }

    private func kind(of path: FilePath, _ local: SourceNode, followsLink: Bool = false) throws -> mode_t {
        try status(of: path, local, followsLink: followsLink).st_mode & S_IFMT
    }

    private func status(of path: FilePath, _ local: SourceNode, followsLink: Bool = false) throws -> stat {
        var result = stat()
        let code = followsLink ? stat(path.string, &result) : lstat(path.string, &result)
        guard code == 0 else { throw failure(local.place, "cannot read \(path): \(Errno(rawValue: errno))") }
        return result
    }
}
