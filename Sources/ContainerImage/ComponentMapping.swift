/// A component with the content objects that are its own.
struct MappedComponent: Sendable {
    let identifier: String
    let name: String
    let source: String
    let updatesPerYear: Int
    /// Whether it has a layer of its own, whatever its size.
    let isExclusive: Bool
    /// Content objects, sorted by checksum.
    let contents: [CommitTree.Content]

    /// The size of the objects in bytes.
    var size: Int64 { contents.reduce(0) { $0 + $1.size } }

    var packable: PackableComponent {
        PackableComponent(
            identifier: identifier, source: source, size: size, updatesPerYear: updatesPerYear,
            isExclusive: isExclusive)
    }
}

/// Gives each content object of a commit to one component.
enum ComponentMapping {
    /// The name of what no package owns: databases, caches, overlay files (as rpm-ostree calls it).
    static let unpackagedName = "rpmostree-unpackaged-content"
    /// The name of the component that holds the initramfs.
    static let initramfsName = "initramfs"

    /// The components that own something, sorted by identifier, the special ones last.
    ///
    /// An object that several components own goes to the one whose identifier sorts first. The initramfs is made on
    /// the build host, so it is a component of its own even where a package claims the path.
    static func map(_ tree: CommitTree, components: [Component]) -> [MappedComponent] {
        var resolver = PathResolver(tree)
        var owners: [String: Int] = [:]
        var initramfsVersion: String?
        let initramfsIndex = -1
        for directory in tree.directories where directory.path.hasPrefix("usr/lib/modules/") {
            let parts = directory.path.split(separator: "/")
            guard parts.count == 4, let checksum = tree.files[directory.path + "/initramfs.img"] else { continue }
            owners[checksum] = initramfsIndex
            initramfsVersion = initramfsVersion ?? String(parts[3])
        }
        let sorted = merged(components)
        for (index, component) in sorted.enumerated() {
            for path in component.files {
                guard let checksum = resolver.object(at: path), owners[checksum] == nil else { continue }
                owners[checksum] = index
            }
        }

        var contents: [Int: [CommitTree.Content]] = [:]
        let unpackagedIndex = sorted.count
        for content in tree.contents.values {
            contents[owners[content.checksum] ?? unpackagedIndex, default: []].append(content)
        }
        func mapped(_ index: Int) -> [CommitTree.Content]? {
            contents[index]?.sorted { $0.checksum.utf8.lexicographicallyPrecedes($1.checksum.utf8) }
        }
        func special(_ identifier: String, _ name: String, _ index: Int) -> MappedComponent? {
            mapped(index).map {
                MappedComponent(
                    identifier: identifier, name: name, source: name, updatesPerYear: 0, isExclusive: true, contents: $0
                )
            }
        }
        var result = sorted.enumerated().compactMap { index, component in
            mapped(index).map {
                MappedComponent(
                    identifier: component.identifier, name: component.name, source: component.sourceName,
                    updatesPerYear: component.updatesPerYear, isExclusive: false, contents: $0)
            }
        }
        if let unpackaged = special(unpackagedName, unpackagedName, unpackagedIndex) { result.append(unpackaged) }
        if let initramfsVersion,
            let initramfs = special("initramfs (kernel \(initramfsVersion))", initramfsName, initramfsIndex)
        {
            result.append(initramfs)
        }
        return result
    }

    /// Sorted by identifier, with those of the same identifier made one.
    private static func merged(_ components: [Component]) -> [Component] {
        var byIdentifier: [String: Component] = [:]
        for component in components {
            if byIdentifier[component.identifier] == nil {
                byIdentifier[component.identifier] = component
            } else {
                byIdentifier[component.identifier]?.files += component.files
            }
        }
        return byIdentifier.values.sorted { $0.identifier.utf8.lexicographicallyPrecedes($1.identifier.utf8) }
    }
}
