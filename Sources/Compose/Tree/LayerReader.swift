import Foundation
import OSTree
import SystemPackage

/// Lays the files of a directory over a tree, owned by root.
///
/// Permissions come down to what git keeps: 0755 for directories and executables, 0644 for the rest, so that the umask
/// of a checkout changes nothing. A file `statoverride` at the layer's root sets others: lines `=MODE PATH`, MODE in
/// decimal, as for `ostree commit --statoverride`. Of the extended attributes `user.component` is kept.
struct LayerReader {
    let layer: OverlayLayer
    let repository: Repository

    /// Adds the layer to `root`, inside a running transaction.
    ///
    /// - Returns: the permissions that `statoverride` sets, by place in the tree.
    /// - Throws: ``ComposeError``
    func add(to assembly: inout TreeAssembly) throws -> [String: UInt32] {
        guard try FileStatus.of(layer.path)?.isDirectory == true else {
            throw ComposeError.invalidLayer(layer: layer.name, path: layer.path.string, reason: "it is not a directory")
        }
        let origin = assembly.addOrigin("layer \(layer.name)")
        let overrides = try permissionOverrides()
        try walk(layer.path, "") { path, status in
            let name = "/" + path
            guard case .tree(let place) = PathTranslation.of(name, isSymlink: status.isSymlink) else {
                // `.gitkeep` keeps an empty layer's directory in git.
                if path == "statoverride" || path == ".gitkeep" || status.isDirectory { return }
                throw ComposeError.invalidLayer(
                    layer: layer.name, path: name, reason: "a layer can have files only below usr and etc")
            }
            if status.isDirectory {
                let directory = try self.directory(place, in: assembly)
                directory.attributes.extendedAttributes.merge(try component(of: path)) { _, new in new }
                if let permissions = overrides[place] { directory.attributes.permissions = permissions }
                return
            }
            let file = TreeFile(
                checksum: try write(path, status, permissions: overrides[place]), origin: origin)
            try put(file, at: place, in: assembly)
        }
        return overrides
    }

    private func put(_ file: TreeFile, at place: String, in assembly: TreeAssembly) throws {
        let path = FilePath(place)
        guard let name = path.lastComponent?.string else { return }
        let directory = try directory(path.removingLastComponent().string, in: assembly)
        if let present = directory.entries[name], !layer.replaces {
            guard case .file(let other) = present, other.checksum == file.checksum else {
                var first = "another origin"
                if case .file(let other) = present, let origin = other.origin { first = assembly.origins[origin] }
                throw ComposeError.fileConflict(
                    path: "/\(place)", first: first, second: "layer \(layer.name)",
                    reason: "with different content or permissions", more: 0)
            }
            return
        }
        directory.entries[name] = .file(file)
    }

    /// The directory at a place of the tree; a link or file in its way is an error, or goes where the layer replaces.
    private func directory(_ place: String, in assembly: TreeAssembly) throws -> TreeDirectory {
        var directory = assembly.root
        for part in place.split(separator: "/") {
            if directory.file(part) != nil, !layer.replaces {
                throw ComposeError.invalidLayer(
                    layer: layer.name, path: "/\(place)", reason: "\(part) is a file or link in the tree")
            }
            directory = directory.ensureDirectory(part)
        }
        return directory
    }

    /// The layer of container images that a file or directory names for itself.
    private func component(of path: String) throws -> [String: [UInt8]] {
        try KeptAttributes.read([KeptAttributes.component], of: layer.path.appending(path))
    }

    private func write(_ name: String, _ status: FileStatus, permissions: UInt32?) throws -> String {
        let path = layer.path.appending(name)
        if status.isSymlink { return try repository.writeSymlink(to: linkTarget(path)) }
        guard status.isRegular else {
            throw ComposeError.invalidLayer(layer: layer.name, path: path.string, reason: "OSTree cannot store it")
        }
        let usual: UInt32 = status.mode & 0o100 != 0 ? 0o755 : 0o644
        return try repository.writeFile(
            FileAttributes(permissions: permissions ?? usual, extendedAttributes: component(of: name)), from: path,
            length: status.size)
    }

    private func walk(_ directory: FilePath, _ prefix: String, _ body: (String, FileStatus) throws -> Void) throws {
        for name in try sortedNames(directory) {
            let path = prefix.isEmpty ? name : "\(prefix)/\(name)"
            guard let status = try FileStatus.of(directory.appending(name)) else { continue }
            try body(path, status)
            if status.isDirectory { try walk(directory.appending(name), path, body) }
        }
    }

    private func permissionOverrides() throws -> [String: UInt32] {
        let path = layer.path.appending("statoverride")
        guard let data = FileManager.default.contents(atPath: path.string) else { return [:] }
        var result: [String: UInt32] = [:]
        for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
            if line.hasPrefix("#") { continue }
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2, words[0].hasPrefix("="), let mode = UInt32(words[0].dropFirst()),
                case .tree(let place) = PathTranslation.of(String(words[1]))
            else {
                throw ComposeError.invalidLayer(
                    layer: layer.name, path: "statoverride", reason: "\(line) is not `=MODE /PATH`")
            }
            result[place] = mode & 0o7777
        }
        return result
    }
}
