import Deployment
import Foundation
import OSTree

/// The system of a live image: a sysroot with one deployment, as on a disk of the platform `metal`, in a single filesystem
/// that nobody writes to.
public struct LiveSystem: Sendable {
    /// The filesystem; `/boot` has what a disk has on a filesystem of its own.
    public var root: FileTree
    /// The kernel.
    public let kernel: FileTreeEntry.Content
    /// The initramfs.
    public let initramfs: FileTreeEntry.Content
    /// The kernel arguments of a disk without those that only a disk has.
    public let kernelArguments: KernelArguments

    /// What a live system finds by itself, is told by its boot loader's configuration, or has to do without
    /// (coreos-assembler: no console, `ignition.platform.id` in the configuration, `ostree=` found by the initramfs).
    private static let diskArguments: Set = [
        "$ignition_firstboot", "console", "ignition.platform.id", "ostree", "root", "rootflags", "rw",
    ]

    /// Deploys the request's commit.
    ///
    /// - Throws: ``DiskImageError``, ``BootLoaderError``, `DeploymentError`, `CommandError` and `GLibError`.
    public init(_ request: DiskRequest) async throws {
        let bootLoader = try BootLoaderChoice.choose(for: request)
        guard let table = PartitionTable.all[request.basearch] else {
            throw DiskImageError.unsupportedArchitecture(request.basearch)
        }
        let content = try await DiskContent(request, bootLoader, table)
        var (root, boot) = (content.root, content.boot)
        for name in ["lost+found"] {
            root.remove("/\(name)")
            boot.remove("/\(name)")
        }
        func bootFile(_ name: String) throws -> FileTreeEntry.Content {
            let found = boot.entries.first {
                $0.path.hasPrefix("/ostree/") && $0.path.split(separator: "/").last?.hasPrefix(name) == true
            }
            guard case .file(let content) = found?.kind else {
                throw DiskImageError.noBootFile(commit: request.commit, name: name)
            }
            return content
        }
        kernel = try bootFile("vmlinuz-")
        initramfs = try bootFile("initramfs-")
        // The filesystem is read-only: ostree must not make it writable (ostreedev/ostree issue 1921).
        root.changeText(of: "/ostree/repo/config") { $0.replacing("readonly=true\n", with: "") }
        root.graft(boot, at: "/boot")
        self.root = root
        let arguments = DiskContent.kernelArguments(request).arguments
        kernelArguments = KernelArguments(
            arguments.filter { !Self.diskArguments.contains(KernelArguments.key(of: $0)) })
    }
}
