import HostSystem

/// The kernel that a commit has in `/usr/lib/modules`, and the names that its files get on the boot filesystem.
struct CommitKernel {
    /// One file or directory for the boot filesystem.
    struct File {
        /// Its path in the commit.
        let source: String
        /// Its path below ``folder``.
        let name: String
    }

    /// The directory of its files below `/ostree` of the boot filesystem.
    let folder: String
    /// SHA-256 over kernel, initramfs and device trees: libostree's "boot checksum", by which deployments share files.
    let checksum: String
    /// What to copy, a directory before what is in it.
    let files: [File]
    /// The lines of a boot loader entry that name them: `linux`, `initrd`, `devicetree` or `fdtdir`.
    let entryKeys: [(key: String, name: String)]

    /// Finds the kernel as libostree does (ostree-sysroot-deploy.c, `get_kernel_from_tree_usrlib_modules`).
    ///
    /// - Parameters:
    ///   - commit: the commit's checksum, for errors.
    ///   - read: the content of a file of the commit.
    /// - Throws: ``DeploymentError`` where there is none or more than one, and what `read` throws.
    init(
        in tree: CommitContent, of commit: String, osname: String, read: (CommitContent.Node) throws -> [UInt8]
    ) throws {
        let modules = "/usr/lib/modules/"
        let nodes = tree.nodes.filter { $0.path.hasPrefix(modules) }
        let versions = nodes.compactMap { node -> String? in
            let parts = node.path.dropFirst(modules.count).split(separator: "/")
            return parts.count == 2 && parts[1] == "vmlinuz" ? String(parts[0]) : nil
        }
        guard let version = versions.first else { throw DeploymentError.noKernel(commit: commit) }
        guard versions.count == 1 else { throw DeploymentError.severalKernels(commit: commit, versions.sorted()) }
        let source = modules + version
        let known = Dictionary(uniqueKeysWithValues: nodes.map { ($0.path, $0) })
        func exists(_ name: String) -> Bool { known["\(source)/\(name)"] != nil }

        var files = [File(source: "\(source)/vmlinuz", name: "vmlinuz-\(version)")]
        var keys = [(key: "linux", name: "vmlinuz-\(version)")]
        if let name = ["initramfs.img", "initramfs"].first(where: exists) {
            files.append(File(source: "\(source)/\(name)", name: "initramfs-\(version).img"))
            keys.append((key: "initrd", name: "initramfs-\(version).img"))
        }
        if exists("devicetree") {
            files.append(File(source: "\(source)/devicetree", name: "devicetree-\(version)"))
            keys.append((key: "devicetree", name: "devicetree-\(version)"))
        } else if exists("dtb") {
            let trees = nodes.map(\.path).filter { $0 == "\(source)/dtb" || $0.hasPrefix("\(source)/dtb/") }
            files += trees.sorted(by: Self.comesBefore).map {
                File(source: $0, name: String($0.dropFirst(source.count + 1)))
            }
            keys.append((key: "fdtdir", name: "dtb"))
        }
        var digest = Digest()
        for case let node? in files.map({ known[$0.source] }) {
            if case .file = node.object { digest.update(try read(node)) }
        }
        checksum = digest.finish()
        if exists(".vmlinuz.hmac") {
            files.append(File(source: "\(source)/.vmlinuz.hmac", name: ".vmlinuz-\(version).hmac"))
        }
        self.files = files
        folder = "\(osname)-\(checksum)"
        entryKeys = keys
    }

    /// The library hashes a directory's names in byte order, and what is in a directory in its place.
    private static func comesBefore(_ one: String, _ other: String) -> Bool {
        one.split(separator: "/").lexicographicallyPrecedes(other.split(separator: "/")) {
            $0.utf8.lexicographicallyPrecedes($1.utf8)
        }
    }
}
