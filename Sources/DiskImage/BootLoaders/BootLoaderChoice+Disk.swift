import Deployment
import OSTree
import Treefile

extension BootLoaderChoice {
    /// What libostree writes for it at each update.
    var sysroot: SysrootBootLoader {
        switch self {
        case .grubSyslinux: .syslinux
        case .grubBLS, .systemdBoot: .none
        case .zipl: .zipl
        }
    }

    /// The boot loader of a disk.
    ///
    /// - Throws: ``BootLoaderError``, `GLibError`.
    static func choose(for request: DiskRequest) throws -> BootLoaderChoice {
        try choose(
            BootLoaderWish(imageConfig: request.image.bootLoader), basearch: request.basearch,
            files: OSTreeCommitFiles(Repository.open(request.repository), commit: request.commit))
    }

    /// What it puts on a disk.
    ///
    /// - Parameters:
    ///   - boot: the boot filesystem as libostree makes it.
    ///   - firstBootArguments: the kernel arguments of the first boot.
    /// - Throws: ``BootLoaderError``, `GLibError`.
    func files(
        _ request: DiskRequest, boot: FileTree, firstBootArguments: KernelArguments
    ) throws -> BootLoaderFiles {
        let commit = OSTreeCommitFiles(try Repository.open(request.repository), commit: request.commit)
        switch self {
        case .grubSyslinux:
            return BootLoaderFiles(
                boot: [
                    BootFile("grub2/grub.cfg", text: GRUBConfiguration.main),
                    BootFile("grub2/console.cfg", text: GRUBConfiguration.console([])),
                ], efiSystem: [])
        case .grubBLS:
            // The boot filesystem gets another UUID at the first boot, and then GRUB is told it (rdcore bind-boot).
            return try StaticGRUB(
                commit, basearch: request.basearch, sectorSize: request.sectorSize, bootUUID: nil,
                timestamp: request.timestamp
            ).content()
        case .systemdBoot:
            var files: [String: FileTreeEntry.Content] = [:]
            for entry in boot.entries {
                if case .file(let content) = entry.kind { files[entry.path] = content }
            }
            let folder = "/loader.1/entries/"
            var entries: [String: String] = [:]
            for (path, content) in files where path.hasPrefix(folder) {
                if case .bytes(let bytes) = content {
                    entries[String(path.dropFirst(folder.count))] = String(decoding: bytes, as: UTF8.self)
                }
            }
            let copies = try SystemdBoot(commit, basearch: request.basearch)
                .files(entries: entries, firstBootArguments: firstBootArguments) { path in
                    guard let content = files[path] else {
                        throw BootLoaderError.unreadable(path: "boot\(path)", reason: "the boot entry names it")
                    }
                    return content
                }
            return BootLoaderFiles(boot: [], efiSystem: copies)
        case .zipl:
            return BootLoaderFiles(boot: [], efiSystem: [])
        }
    }
}
