import Foundation
import OSTree
import RPM
import Treefile

/// Merges packages into one tree and keeps who brought what.
struct TreeAssembly {
    /// The tree so far.
    let root: TreeDirectory
    /// The names of what brought files, for messages; packages come first, in install order.
    private(set) var origins: [String] = []
    private let repository: Repository
    private let options: ImportOptions
    /// Who owns what was in the tree at the start; nil where it was empty.
    private let base: BaseFiles?
    private var conflicts: [ComposeError] = []

    /// - Parameters:
    ///   - root: the tree to add to.
    ///   - base: who owns what it has already.
    init(
        repository: Repository, options: ImportOptions, root: TreeDirectory = TreeDirectory(), base: BaseFiles? = nil
    ) {
        self.repository = repository
        self.options = options
        self.root = root
        self.base = base
    }

    /// Adds packages; equal files may be owned by several.
    ///
    /// - Throws: ``ComposeError/fileConflict(path:first:second:reason:more:)`` for the first of all conflicts.
    mutating func add(_ packages: [ImportedPackage], removals: [PackageFileRemoval]) throws {
        let patterns = try Self.compile(removals)
        for package in packages {
            origins.append(package.header.nevra)
            let owned = Dictionary(
                package.files.filter { $0.isDirectory && options.includes($0) }.compactMap {
                    file -> (String, UInt32)? in
                    guard case .tree(let path) = PathTranslation.of(file.path, keepsLocal: options.keepsLocal) else {
                        return nil
                    }
                    return (path, options.permissions(file))
                }, uniquingKeysWith: { $1 })
            base?.begin(package)
            try merge(
                package.root, into: root, path: "", owned: owned, removing: patterns[package.header.name] ?? [])
        }
        guard case .fileConflict(let path, let first, let second, let reason, _)? = conflicts.first else { return }
        throw ComposeError.fileConflict(
            path: path, first: first, second: second, reason: reason, more: conflicts.count - 1)
    }

    /// Notes another origin, such as a layer, and returns its position.
    mutating func addOrigin(_ name: String) -> Int {
        origins.append(name)
        return origins.count - 1
    }

    private mutating func merge(
        _ contents: String, into directory: TreeDirectory, path: String, owned: [String: UInt32],
        removing patterns: [NSRegularExpression]
    ) throws {
        let listing = try repository.listing(contents)
        func isRemoved(_ path: String) -> Bool {
            patterns.contains { $0.firstMatch(in: path, range: NSRange(path.startIndex..., in: path)) != nil }
        }
        for (name, checksum) in listing.files.sorted(by: { $0.key < $1.key }) where !isRemoved("\(path)/\(name)") {
            if let present = directory.entries[name], !note(present, checksum, "\(path)/\(name)") { continue }
            directory.entries[name] = .file(TreeFile(checksum: checksum, origin: origins.count - 1))
        }
        for (name, child) in listing.directories.sorted(by: { $0.key < $1.key }) where !isRemoved("\(path)/\(name)") {
            let childPath = "\(path)/\(name)"
            if case .file(let file)? = directory.entries[name] {
                conflict(childPath, file.origin, "once as a file and once as a directory")
                continue
            }
            let target = directory.ensureDirectory(name)
            if let permissions = owned[String(childPath.dropFirst())] {
                target.attributes = FileAttributes(permissions: permissions)
            }
            try merge(child.contents, into: target, path: childPath, owned: owned, removing: patterns)
        }
    }

    /// Whether the package's file takes the place of what is there; notes a conflict where neither may give way.
    private mutating func note(_ present: TreeEntry, _ checksum: String, _ path: String) -> Bool {
        switch present {
        case .directory: conflict(path, nil, "once as a file and once as a directory")
        case .file(let file) where file.checksum != checksum:
            switch file.origin == nil ? base?.verdict(path) : nil {
            case .replace: return true
            case .keep: return false
            case nil: conflict(path, file.origin, "with different content or permissions")
            }
        case .file: break
        }
        return false
    }

    private mutating func conflict(_ path: String, _ origin: Int?, _ reason: String) {
        let other = origin.map { origins[$0] } ?? base.map { $0.owner(of: path) ?? "the base" } ?? "another package"
        let names = [other, origins[origins.count - 1]].sorted()
        conflicts.append(.fileConflict(path: path, first: names[0], second: names[1], reason: reason, more: 0))
    }

    private static func compile(_ removals: [PackageFileRemoval]) throws -> [String: [NSRegularExpression]] {
        var result: [String: [NSRegularExpression]] = [:]
        for removal in removals {
            for pattern in removal.patterns {
                do {
                    result[removal.package, default: []].append(try NSRegularExpression(pattern: pattern))
                } catch {
                    throw ComposeError.invalidSetting(
                        key: "remove-from-packages", reason: "\(pattern) is not a regular expression")
                }
            }
        }
        return result
    }
}
