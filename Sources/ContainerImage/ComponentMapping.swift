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
struct ComponentMapping {
    /// The extended attribute that names a component (as in rpm-ostree and chunkah).
    static let attribute = "user.component"
    /// The name of what no package owns: caches, overlay files, what scripts made (as rpm-ostree calls it).
    static let unpackagedName = "rpmostree-unpackaged-content"
    /// The name of the component that holds the initramfs.
    static let initramfsName = "initramfs"
    /// The name of the component that holds the database of packages.
    static let databaseName = "rpmdb"

    private enum Owner: Hashable {
        case package(Int)
        case exclusive(String)
    }

    private let tree: CommitTree
    /// Sorted by identifier.
    private let packages: [Component]
    private var owners: [String: Owner] = [:]
    private var kernelVersion: String?

    /// The components that own something: packages sorted by identifier, then those with a layer of their own.
    ///
    /// What an extended attribute names goes first, then the database and the initramfs, which the build makes even where
    /// a package claims the path. An object that several packages own goes to the one whose identifier sorts first.
    static func map(_ tree: CommitTree, components: [Component]) -> [MappedComponent] {
        var mapping = ComponentMapping(tree, components)
        mapping.assignNamed()
        mapping.assignDatabase()
        mapping.assignInitramfs()
        mapping.assignPackages()
        return mapping.components
    }

    private init(_ tree: CommitTree, _ components: [Component]) {
        self.tree = tree
        packages = Self.merged(components)
    }

    private mutating func assignNamed() {
        for content in tree.contents.values {
            if let name = content.component { owners[content.checksum] = .exclusive(name) }
        }
    }

    private mutating func assignDatabase() {
        let places = ["usr/share/rpm/", "usr/lib/sysimage/rpm/", "usr/lib/sysimage/rpm-ostree-base-db/"]
        for content in tree.contents.values where owners[content.checksum] == nil {
            if content.size > 0, content.paths.contains(where: { path in places.contains { path.hasPrefix($0) } }) {
                owners[content.checksum] = .exclusive(Self.databaseName)
            }
        }
    }

    private mutating func assignInitramfs() {
        for directory in tree.directories where directory.path.hasPrefix("usr/lib/modules/") {
            let parts = directory.path.split(separator: "/")
            guard parts.count == 4, let checksum = tree.files[directory.path + "/initramfs.img"],
                owners[checksum] == nil
            else { continue }
            owners[checksum] = .exclusive(Self.initramfsName)
            kernelVersion = kernelVersion ?? String(parts[3])
        }
    }

    private mutating func assignPackages() {
        var resolver = PathResolver(tree)
        for (index, package) in packages.enumerated() {
            for file in package.files {
                guard let checksum = resolver.object(at: file.path), owners[checksum] == nil,
                    let content = tree.contents[checksum]
                else { continue }
                if let size = file.size, content.symlinkTarget == nil, size != content.size { continue }
                owners[checksum] = .package(index)
            }
        }
    }

    private var components: [MappedComponent] {
        let contents = Dictionary(
            grouping: tree.contents.values, by: { owners[$0.checksum] ?? .exclusive(Self.unpackagedName) }
        ).mapValues { $0.sorted { Self.precedes($0.checksum, $1.checksum) } }
        let owned = packages.enumerated().compactMap { index, package in
            contents[.package(index)].map {
                MappedComponent(
                    identifier: package.identifier, name: package.name, source: package.sourceName,
                    updatesPerYear: package.updatesPerYear, isExclusive: false, contents: $0)
            }
        }
        let identifiers = Set(packages.map(\.identifier))
        let exclusive = contents.compactMap { owner, contents -> MappedComponent? in
            guard case .exclusive(let name) = owner else { return nil }
            var identifier = name
            if name == Self.initramfsName, let kernelVersion { identifier = "initramfs (kernel \(kernelVersion))" }
            if identifiers.contains(identifier) { identifier += " (component)" }
            return MappedComponent(
                identifier: identifier, name: name, source: name, updatesPerYear: 0, isExclusive: true,
                contents: contents)
        }
        return owned + exclusive.sorted { Self.precedes($0.identifier, $1.identifier) }
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
        return byIdentifier.values.sorted { precedes($0.identifier, $1.identifier) }
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
