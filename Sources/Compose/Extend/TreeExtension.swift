import Foundation
import GLib
import HostSystem
import OSTree
import RPM
import SystemPackage
import Treefile

/// The state of one extension. Its steps run one after the other, each on a thread that may block.
final class TreeExtension: @unchecked Sendable {
    let request: ExtensionRequest
    let options: ImportOptions
    let cache: Repository
    let workspace: Workspace
    let base: [ImportedPackage]
    /// In install order.
    private(set) var packages: [ImportedPackage] = []
    private var assembly: TreeAssembly
    /// /var as the base has it.
    private let baseState: TreeEntry?
    var statistics = ComposeStatistics()

    var tree: TreeDirectory { assembly.root }

    init(_ request: ExtensionRequest) throws {
        self.request = request
        cache = try Repository.create(request.cacheRepository, mode: .bareUser)
        // What is in the cache can be made again.
        cache.disableFsync()
        workspace = Workspace(directory: request.workDirectory)
        let repository = try Repository.open(request.repository)
        options = ImportOptions(try Self.treefile(of: request.commit, in: repository))
        base = try request.basePackages.map { try ImportedPackage(installed: $0) }
        let cache = cache
        try cache.transaction { try cache.importCommit(request.commit, from: repository) }
        let root = try cache.tree(of: request.commit)
        baseState = root.entries["var"]
        assembly = TreeAssembly(
            repository: cache, options: options, root: root, base: BaseFiles(base, options: options))
    }

    /// What the base was composed from; a treefile that says nothing where it does not tell.
    private static func treefile(of commit: String, in repository: Repository) throws -> Manifest {
        guard let bytes = try repository.readFile("usr/share/rpm-ostree/treefile.json", of: commit) else {
            return Manifest()
        }
        do {
            return try JSONDecoder().decode(Manifest.self, from: Data(bytes))
        } catch {
            throw ComposeError.unsupportedResult(
                path: "/usr/share/rpm-ostree/treefile.json of the base", reason: "\(error)")
        }
    }

    /// Brings the packages into the cache and sorts them as librpm would install them.
    func importPackages() throws {
        let count: Int
        (packages, count) = try PackageCache(repository: cache, options: options).installOrder(of: request.packages)
        statistics.packagesImported = count
        statistics.packagesCached = packages.count - count
    }

    /// Merges the packages into the base and makes the result visible as files.
    func assemble() throws {
        try assembly.add(packages, removals: [])
        try refuseKernel()
        let commit = try cache.transaction {
            try cache.writeCommit(try cache.write(tree), metadata: .dictionary([:]), time: 0)
        }
        try cache.checkoutHardLinks(commit, to: workspace.lower)
    }

    /// Takes over what scripts and steps changed, and writes the result.
    func finish() throws -> ExtendedTree {
        let attributes = tree.attributes
        let commit = try cache.transaction {
            try OverlayFold(repository: cache).fold(workspace.upper, into: tree)
            // Mounting and sandboxes touch the root, and /var is each machine's own.
            tree.attributes = attributes
            tree.entries["var"] = baseState
            return try cache.writeCommit(
                try cache.write(tree), metadata: .dictionary([:]), time: UInt64(max(0, request.timestamp)))
        }
        return ExtendedTree(commit: commit, packages: request.basePackages + addedHeaders, statistics: statistics)
    }

    /// The added packages, sorted by NEVRA.
    var addedHeaders: [PackageHeader] { packages.map(\.header).sorted { $0.nevra < $1.nevra } }

    /// A second kernel would have no initramfs, and no deployment would choose it.
    private func refuseKernel() throws {
        for (version, entry) in tree.ensurePath("usr/lib/modules").entries.sorted(by: { $0.key < $1.key }) {
            guard case .directory(let directory) = entry, let origin = directory.file("vmlinuz")?.origin else {
                continue
            }
            throw ComposeError.kernel(
                "package \(assembly.origins[origin]) brings the kernel \(version), and the base has its own: add the "
                    + "kernel to the base's treefile instead")
        }
    }
}
