import GLib
import OSTree

/// Makes the commit that stands for an image: its base commit with all ordinary layers over it.
struct ImageMerge {
    let image: OCIImage
    let repository: Repository
    let otherPaths: ImportOptions.OtherPaths
    /// Directories at the top that were left out.
    private(set) var dropped: [String] = []

    init(image: OCIImage, repository: Repository, otherPaths: ImportOptions.OtherPaths) {
        self.image = image
        self.repository = repository
        self.otherPaths = otherPaths
    }

    /// What a booted system shows of a commit's top, and the mount points in it.
    private static let usualPaths: Set<String> = ["usr", "var", "run", "tmp", "proc", "sys", "dev", "sysroot"]

    /// Writes the commit and returns its checksum.
    mutating func run(base: String?, _ layers: [(OCIDescriptor, LayerRecord)]) throws -> String {
        let tree = try MergedTree(repository, base: base)
        let original = try Set(tree.root.files().keys).union(tree.root.directories().keys)
        let objects = try BaseObjects(repository, commit: base)
        for (descriptor, layer) in layers {
            do {
                try tree.apply(layer) { try objects.contains($0) }
            } catch let error as MergedTree.Unresolved {
                throw ContainerImageError.badMember(
                    image.name, layer: descriptor.digest, member: error.path, reason: error.reason)
            }
        }
        if !layers.isEmpty {
            try dropOtherPaths(tree, base: base, original: original)
            try removeRuntimeFiles(tree)
            try label(tree, parent: base)
        }
        return try commit(tree, parent: base, metadata: metadata(tree, base: base))
    }

    private mutating func dropOtherPaths(_ tree: MergedTree, base: String?, original: Set<String>) throws {
        if otherPaths == .keep { return }
        if otherPaths == .automatic {
            guard base != nil, try !RootSettings(tree).showsOtherPaths else { return }
        }
        let baseTree = try MergedTree(repository, base: base)
        let present = try Set(tree.root.files().keys).union(tree.root.directories().keys)
        for name in present.union(original).sorted() where !Self.usualPaths.contains(name) {
            let before = try (baseTree.root.files()[name], baseTree.root.directories()[name])
            let after = try (tree.root.files()[name], tree.root.directories()[name])
            let isSame =
                try before.0 == after.0 && before.1?.metadata == after.1?.metadata
                && before.1?.write() == after.1?.write()
            if isSame { continue }
            dropped.append(name)
            if let directory = before.1 {
                try tree.root.set(name, directory: directory)
            } else {
                try tree.root.restore(name, file: before.0)
            }
        }
    }

    /// Container builds leave empty files where the runtime mounted its own.
    private func removeRuntimeFiles(_ tree: MergedTree) throws {
        guard let directory = try tree.directory(["usr", "etc"]) else { return }
        for name in ["hostname", "resolv.conf", "hosts"] where directory.newFiles.contains(name) {
            guard let checksum = try directory.files()[name] else { continue }
            let info = try repository.contentInfo(checksum)
            if info.symlinkTarget == nil, info.size == 0 { try directory.set(name, file: nil) }
        }
    }

    private func label(_ tree: MergedTree, parent: String?) throws {
        guard try tree.file(["usr", "etc", "selinux", "config"]) != nil else { return }
        // libostree reads the policy from a commit.
        let unlabelled = try commit(tree, parent: parent, metadata: [:])
        guard let policy = try SecurityPolicy(of: unlabelled, in: repository) else { return }
        var labels = PolicyLabels(tree: tree, policy: policy)
        try labels.run()
    }

    private func commit(_ tree: MergedTree, parent: String?, metadata: [String: Variant]) throws -> String {
        let contents = try tree.root.write()
        let created = try image.created ?? parent.map { try repository.commit($0).timestamp } ?? 0
        return try repository.writeCommit(
            repository.root(contents: contents, metadata: tree.root.metadata), parent: parent,
            metadata: .dictionary(metadata), time: UInt64(clamping: created))
    }

    private func metadata(_ tree: MergedTree, base: String?) throws -> [String: Variant] {
        var metadata: [String: Variant] = [
            ImageMetadata.manifestDigest: .string(image.manifestDigest),
            ImageMetadata.manifest: .string(String(decoding: image.manifestBytes, as: UTF8.self)),
            ImageMetadata.configuration: .string(String(decoding: image.configurationBytes, as: UTF8.self)),
        ]
        metadata["version"] = image.labels[ImageLabels.version].map { .string($0) }
        let modules = try tree.directory(["usr", "lib", "modules"])?.directories() ?? [:]
        let kernels = try modules.filter { try $0.value.files()["vmlinuz"] != nil }.keys.sorted()
        if let kernel = kernels.last {
            metadata["ostree.bootable"] = .boolean(true)
            metadata["ostree.linux"] = .string(kernel)
        }
        return metadata
    }
}

/// The content objects of a commit, gathered when the first is asked for.
final class BaseObjects {
    private let repository: Repository
    private let commit: String?
    private var objects: Set<String>?

    init(_ repository: Repository, commit: String?) throws {
        self.repository = repository
        self.commit = commit
    }

    func contains(_ checksum: String) throws -> Bool {
        if let objects { return objects.contains(checksum) }
        var found: Set<String> = []
        if let commit {
            var visited: Set<String> = []
            var pending = [try repository.commit(commit).rootContents]
            while let contents = pending.popLast() {
                guard visited.insert(contents).inserted else { continue }
                let tree = try repository.directoryTree(contents)
                found.formUnion(tree.files.map(\.checksum))
                pending += tree.directories.map(\.contents)
            }
        }
        objects = found
        return found.contains(checksum)
    }
}

/// What `prepare-root.conf` of a tree says (ostree-prepare-root(1)).
struct RootSettings {
    /// Whether a booted system shows files outside of `/usr`, `/etc` and `/var`.
    let showsOtherPaths: Bool

    init(_ tree: MergedTree) throws {
        var settings: [String: String] = [:]
        for path in [["usr", "lib", "ostree", "prepare-root.conf"], ["usr", "etc", "ostree", "prepare-root.conf"]] {
            guard let checksum = try tree.file(path) else { continue }
            var section = ""
            for line in try String(decoding: tree.repository.content(of: checksum), as: UTF8.self).split(
                separator: "\n")
            {
                let line = line.trimmingPrefix { $0 == " " }
                if line.hasPrefix("["), let end = line.firstIndex(of: "]") {
                    section = String(line[line.index(after: line.startIndex)..<end])
                } else if let equals = line.firstIndex(of: "=") {
                    let key = line[..<equals].filter { $0 != " " }
                    settings["\(section).\(key)"] = String(line[line.index(after: equals)...].filter { $0 != " " })
                }
            }
        }
        let yes: Set<String?> = ["yes", "true", "1", "signed", "verity"]
        showsOtherPaths = yes.contains(settings["composefs.enabled"]) || yes.contains(settings["root.transient"])
    }
}
