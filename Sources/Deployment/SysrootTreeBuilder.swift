import GLib
import HostSystem
import OSTree
import SystemPackage

/// Makes the content of a disk's root and boot filesystems from a commit, as values: no privilege is needed, and
/// nothing is copied.
///
/// What comes out is what libostree's `ostree_sysroot_deploy_tree` makes of an empty sysroot (2022.7), file by file.
public struct SysrootTreeBuilder: Sendable {
    /// A builder; it holds nothing.
    public init() {}

    /// Makes the trees.
    ///
    /// - Throws: ``DeploymentError``, `GLibError`, and `Errno` from reading the repository.
    public func build(_ request: SysrootRequest) async throws -> SysrootTree {
        try await Blocking.run { try SysrootAssembly(request).build() }
    }
}

/// The making of one sysroot.
private struct SysrootAssembly {
    let request: SysrootRequest
    let commit: CommitObject
    let files: CommitContent
    let objects: RepositoryObjects
    let labels: SysrootLabels
    /// Where the deployment is.
    let deployment: String

    init(_ request: SysrootRequest) throws {
        self.request = request
        let repository = try Repository.open(request.repository)
        commit = try repository.commit(request.commit)
        files = try CommitContent(commit, in: repository)
        objects = RepositoryObjects(repository, workDirectory: request.workDirectory)
        labels = try SysrootLabels(of: request.commit, in: repository)
        deployment = "/ostree/deploy/\(request.osname)/deploy/\(request.commit).0"
    }

    func build() throws -> SysrootTree {
        let kernel = try CommitKernel(in: files, of: request.commit, osname: request.osname) { try content(of: $0) }
        let bootLink = "/ostree/boot.1/\(request.osname)/\(kernel.checksum)/0"
        var arguments = request.kernelArguments
        arguments.append("ostree=\(bootLink)")
        let entry = try BootEntry(
            kernel, arguments, commit: request.commit, version: commit.metadata["version"]?.string,
            release: try release())

        var root = SysrootFiles(timestamp: request.timestamp, labels: labels)
        root.directory("/boot")
        root.directory("/ostree")
        root.symbolicLink("/ostree/boot.1", to: "boot.1.1")
        root.directory("/ostree/boot.1.1")
        root.directory("/ostree/boot.1.1/\(request.osname)")
        root.directory("/ostree/boot.1.1/\(request.osname)/\(kernel.checksum)")
        root.symbolicLink(
            "/ostree/boot.1.1/\(request.osname)/\(kernel.checksum)/0", to: "../../..\(deployment.dropFirst(7))")
        try addRepository(to: &root)
        addStateroot(to: &root)
        try addDeployment(to: &root)
        return SysrootTree(
            root: try root.finished(), boot: try boot(kernel, entry).finished(), deployment: deployment)
    }

    // MARK: The repository

    private func addRepository(to root: inout SysrootFiles) throws {
        let repo = "/ostree/repo"
        root.directory(repo)
        let settings = request.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }.joined()
        root.file(
            "\(repo)/config",
            "[core]\nrepo_version=1\nmode=bare\n\n[sysroot]\nbootloader=\(request.bootLoader.rawValue)\nreadonly=true\n"
                + settings)
        for name in ["extensions", "refs", "state", "tmp", "tmp/cache"] {
            root.directory("\(repo)/\(name)")
        }
        addRefs(to: &root, repo)
        root.directory("\(repo)/objects")
        let names = objects.names(of: files, commit: request.commit)
        let shards = Set(names.map { $0.prefix(2) }).union(files.contents.keys.map { $0.prefix(2) })
        for shard in shards.sorted() { root.directory("\(repo)/objects/\(shard)") }
        for name in names { root.file("\(repo)/objects/\(name)", .bytes(try objects.metadata(name))) }
        for (checksum, object) in files.contents.sorted(by: { $0.key < $1.key }) {
            try addObject(checksum, object, to: &root)
        }
    }

    private func addRefs(to root: inout SysrootFiles, _ repo: String) {
        var refs = ["heads/ostree/1/1/0"]
        if case .ref(let ref, let remote) = request.origin {
            refs.append(remote.map { "remotes/\($0)/\(ref)" } ?? "heads/\(ref)")
        }
        var folders: Set<String> = ["heads", "mirrors", "remotes"]
        for ref in refs {
            let parts = ref.split(separator: "/")
            folders.formUnion((1..<parts.count).map { parts[..<$0].joined(separator: "/") })
        }
        for folder in folders.sorted() { root.directory("\(repo)/refs/\(folder)") }
        for ref in refs.sorted() { root.file("\(repo)/refs/\(ref)", "\(request.commit)\n") }
    }

    private func objectPath(_ checksum: String) -> String {
        "/ostree/repo/objects/\(checksum.prefix(2))/\(checksum.dropFirst(2)).file"
    }

    private func addObject(_ checksum: String, _ object: CommitContent.Object, to root: inout SysrootFiles) throws {
        let path = objectPath(checksum)
        switch object {
        case .directory: break
        case .symbolicLink(let target, let attributes, _):
            root.add(path, .symbolicLink(target), attributes, time: request.timestamp)
        case .file(let attributes, let size, _):
            root.add(path, .file(try objects.content(checksum, size: size)), attributes, time: 0)
        }
    }

    // MARK: The deployment

    private func addStateroot(to root: inout SysrootFiles) {
        let stateroot = "/ostree/deploy/\(request.osname)"
        root.directory("/ostree/deploy")
        root.directory(stateroot)
        root.directory("\(stateroot)/var", as: "/var")
        // A var that libostree has not labelled yet would be labelled anew by the first upgrade.
        root.file("\(stateroot)/var/.ostree-selabeled", "", as: "/var/.ostree-selabeled")
        for name in ["lib", "log"] { root.directory("\(stateroot)/var/\(name)", as: "/var/\(name)") }
        root.directory("\(stateroot)/var/tmp", permissions: 0o1777, as: "/var/tmp")
        root.symbolicLink("\(stateroot)/var/lock", to: "../run/lock", as: "/var/lock")
        root.symbolicLink("\(stateroot)/var/run", to: "../run", as: "/var/run")
        root.directory("\(stateroot)/deploy")
        root.file("\(deployment).origin", request.origin.text)
    }

    private func addDeployment(to root: inout SysrootFiles) throws {
        for node in files.nodes {
            let name = node.path.split(separator: "/").last ?? ""
            guard !name.hasPrefix(".ostree-wh.") else {
                throw DeploymentError.whiteout(commit: request.commit, path: node.path)
            }
            try add(node, at: deployment + node.path, to: &root)
        }
        // The defaults become the machine's own files.
        for node in files.nodes where node.path == "/usr/etc" || node.path.hasPrefix("/usr/etc/") {
            try addCopy(of: node, at: String(node.path.dropFirst(4)), to: &root)
        }
        root.setImmutable(deployment)
    }

    private func add(_ node: CommitContent.Node, at path: String, to root: inout SysrootFiles) throws {
        switch node.object {
        case .directory(let attributes):
            // libostree makes the root itself and sets the times of what is below.
            root.add(path, .directory, attributes, time: node.path.isEmpty ? request.timestamp : 0)
        case .file(let attributes, size: 0, _):
            // Many packages have empty files: as one inode they would have thousands of names.
            root.add(path, .file(.bytes([])), attributes, time: request.timestamp)
        case .symbolicLink(_, _, let checksum), .file(_, _, let checksum):
            root.hardLink(path, to: objectPath(checksum))
        }
    }

    private func addCopy(of node: CommitContent.Node, at path: String, to root: inout SysrootFiles) throws {
        let target = deployment + path
        switch node.object {
        case .directory(let attributes):
            root.add(target, .directory, attributes, time: request.timestamp, as: path)
        case .symbolicLink(let link, let attributes, _):
            root.add(target, .symbolicLink(link), attributes, time: request.timestamp, as: path)
        case .file(let attributes, let size, let checksum):
            let content = try objects.content(checksum, size: size)
            root.add(target, .file(content), attributes, time: request.timestamp, as: path)
        }
    }

    // MARK: The boot filesystem

    private func boot(_ kernel: CommitKernel, _ entry: BootEntry) throws -> SysrootFiles {
        var boot = SysrootFiles(timestamp: request.timestamp, labels: labels, prefix: "/boot")
        // The kernels' paths hold whether or not the boot filesystem is one of its own.
        boot.symbolicLink("/boot", to: ".")
        boot.directory("/efi")
        boot.symbolicLink("/loader", to: "loader.1")
        boot.directory("/loader.1")
        boot.directory("/loader.1/entries")
        boot.file("/loader.1/entries/ostree-1-\(request.osname).conf", entry.text)
        if request.bootLoader == .syslinux {
            boot.file("/loader.1/syslinux.cfg", entry.syslinux(timeoutTenths: 10))
            boot.directory("/syslinux")
            // By this link libostree knows which boot loader it writes for (ostree-bootloader-syslinux.c).
            boot.symbolicLink("/syslinux/syslinux.cfg", to: "../loader/syslinux.cfg")
        }
        boot.directory("/ostree")
        boot.directory("/ostree/\(kernel.folder)")
        let known = Dictionary(uniqueKeysWithValues: files.nodes.map { ($0.path, $0) })
        for file in kernel.files {
            let path = "/ostree/\(kernel.folder)/\(file.name)"
            switch known[file.source]?.object {
            case .file(_, let size, let checksum): boot.file(path, try objects.content(checksum, size: size))
            case .directory: boot.directory(path)
            case .symbolicLink(let target, _, _): boot.symbolicLink(path, to: target)
            case nil: break
            }
        }
        return boot
    }

    // MARK: Reading

    private func content(of node: CommitContent.Node) throws -> [UInt8] {
        guard case .file(_, _, let checksum) = node.object else { return [] }
        return try objects.read(checksum)
    }

    private func release() throws -> OSReleaseFile {
        for path in ["/etc/os-release", "/usr/lib/os-release"] {
            if let node = files.nodes.first(where: { $0.path == path }), case .file = node.object {
                return OSReleaseFile(String(decoding: try content(of: node), as: UTF8.self))
            }
        }
        return OSReleaseFile("")
    }
}
