import GLib
import HostSystem
import OSTree
import RPM
import SystemPackage
import Treefile

/// The state of one compose. Its steps run one after the other, each on a thread that may block.
final class Composition: @unchecked Sendable {
    let request: ComposeRequest
    let options: ImportOptions
    let cache: Repository
    let target: Repository
    let workspace: Workspace
    /// In install order.
    private(set) var packages: [ImportedPackage] = []
    private(set) var assembly: TreeAssembly
    /// Permissions that layers set, by path.
    private(set) var layerPermissions: [String: UInt32] = [:]
    var statistics = ComposeStatistics()

    var manifest: Manifest { request.manifest.manifest }
    var tree: TreeDirectory { assembly.root }

    init(_ request: ComposeRequest) throws {
        self.request = request
        let manifest = request.manifest.manifest
        try SettingsCheck.check(manifest)
        options = ImportOptions(manifest)
        cache = try Repository.create(request.cacheRepository, mode: .bareUser)
        target = try Repository.create(request.targetRepository, mode: .bareUser)
        // What is in the cache can be made again.
        cache.disableFsync()
        workspace = Workspace(directory: request.workDirectory)
        assembly = TreeAssembly(repository: cache, options: options)
    }

    /// Brings all packages into the cache and sorts them as librpm would install them.
    func importPackages() throws {
        let count: Int
        (packages, count) = try PackageCache(repository: cache, options: options).installOrder(of: request.packages)
        statistics.packagesImported = count
        statistics.packagesCached = packages.count - count
        // The root of the file system comes before everything in it, whatever the dependencies say.
        packages =
            packages.filter { $0.header.name == "filesystem" } + packages.filter { $0.header.name != "filesystem" }
    }

    /// Merges packages and layers and makes the result visible as files.
    func assemble() throws {
        try assembly.add(packages, removals: manifest.removeFromPackages)
        let commit = try cache.transaction {
            for layer in request.layers {
                let permissions = try LayerReader(layer: layer, repository: cache).add(to: &assembly)
                layerPermissions.merge(permissions) { $1 }
            }
            try RootLayout(
                repository: cache, tmpIsDirectory: manifest.tmpIsDir ?? (manifest.container ?? false),
                optUsrLocal: manifest.optUsrLocal ?? .variable
            ).add(to: tree)
            return try cache.writeCommit(try cache.write(tree), metadata: .dictionary([:]), time: 0)
        }
        try SettingsCheck.checkLabels(manifest, tree)
        try cache.checkoutHardLinks(commit, to: workspace.lower)
    }

    /// Takes over what scripts and steps changed.
    func fold() throws {
        try cache.transaction {
            try OverlayFold(repository: cache).fold(workspace.upper, into: tree)
            // Mounting and sandboxes touch the root; its metadata is not theirs.
            tree.attributes = FileAttributes(permissions: 0o755)
        }
    }

    /// Puts a finished initramfs into the tree.
    func add(initramfs path: FilePath, of kernel: Kernel) throws {
        guard let status = try FileStatus.of(path) else { return }
        let checksum = try cache.transaction {
            try cache.writeFile(FileAttributes(permissions: 0o644), from: path, length: status.size)
        }
        tree.ensurePath(kernel.directory).entries["initramfs.img"] = .file(TreeFile(checksum: checksum, origin: nil))
    }

    /// Writes the commit and takes it over to the target repository.
    func commit(kernel: Kernel?) throws -> ComposedCommit {
        var metadata = CommitMetadata()
        metadata.add(manifest.addCommitMetadata)
        metadata.add(request.metadata)
        metadata.set("version", .string(request.version))
        metadata.set("rpmostree.inputhash", .string(request.inputHash))
        metadata.set("rpmostree.rpmdb.pkglist", CommitMetadata.packageList(packages.map(\.header)))
        if let kernel {
            metadata.set("ostree.bootable", .boolean(true))
            metadata.set("ostree.linux", .string(kernel.version))
        }
        if !manifest.containerCmd.isEmpty { metadata.set("ostree.container-cmd", .strings(manifest.containerCmd)) }
        let checksum = try cache.transaction {
            try cache.writeCommit(
                try cache.write(tree), metadata: .dictionary(metadata.entries), time: UInt64(max(0, request.timestamp)))
        }
        try target.transaction {
            try target.importCommit(checksum, from: cache)
            if let ref = manifest.ref { target.transactionSetRef(ref, to: checksum) }
        }
        tree.walk { _, entry in
            if case .directory = entry { statistics.directories += 1 } else { statistics.files += 1 }
        }
        return ComposedCommit(
            checksum: checksum, contentChecksum: try target.contentChecksum(of: checksum), ref: manifest.ref,
            version: request.version, timestamp: request.timestamp, kernelVersion: kernel?.version,
            statistics: statistics, packages: composedPackages())
    }

    private func composedPackages() -> [ComposedPackage] {
        var files = [[String]](repeating: [], count: packages.count)
        tree.walk { path, entry in
            if case .file(let file) = entry, let origin = file.origin, origin < packages.count {
                files[origin].append(path)
            }
        }
        return zip(packages, files).map { package, files in
            let header = package.header
            return ComposedPackage(
                name: header.name, epoch: header.epoch, version: header.version, release: header.release,
                arch: header.arch, sourceRPM: header.sourceRPM, license: header.license, vendor: header.vendor,
                summary: header.summary, homepage: header.homepage, buildTime: header.buildTime,
                changelogTimes: header.changelogTimes, files: files)
        }.sorted { $0.nevra < $1.nevra }
    }
}
