import SystemPackage

/// A program or file of the machine that the line uses, and the Debian package that brings it.
public struct HostTool: Sendable, Hashable {
    /// The program's name, or the path of a file.
    public let name: String
    /// The Debian package.
    public let package: String
    /// The step that uses it, as it fits before "needs it".
    public let purpose: String
    /// True where the step has a way without it.
    public let optional: Bool

    init(_ name: String, _ package: String, _ purpose: String, optional: Bool = false) {
        self.name = name
        self.package = package
        self.purpose = purpose
        self.optional = optional
    }

    func places(_ searchPath: [FilePath]) -> [FilePath] {
        if name.hasPrefix("/") { return [FilePath(name)] }
        // Debian's PATH for users lacks the folders of mkfs and its kin.
        return (searchPath + ["/usr/sbin", "/sbin"]).map { $0.appending(name) }
    }

    /// All of them, by step.
    static let all: [HostTool] = [
        HostTool("git", "git", "cosa init from a URL"),
        HostTool("createrepo_c", "createrepo-c", "overrides/rpm"),
        HostTool("bwrap", "bubblewrap", "running scriptlets"),
        HostTool("newuidmap", "uidmap", "composing as an ordinary user", optional: true),
        HostTool("ostree", "ostree", "the test suite", optional: true),
        HostTool("rpmbuild", "rpm", "the demo repository", optional: true),
        HostTool("dnf", "dnf", "the test suite", optional: true),
        HostTool("skopeo", "skopeo", "copying container images"),
        HostTool("mcopy", "mtools", "the EFI system partition"),
        HostTool("mkfs.vfat", "dosfstools", "the EFI system partition"),
        HostTool("mke2fs", "e2fsprogs", "the boot and root filesystems"),
        HostTool("mkfs.xfs", "xfsprogs", "an xfs root filesystem", optional: true),
        HostTool("sgdisk", "gdisk", "partition tables"),
        HostTool("sfdisk", "fdisk", "partition tables"),
        HostTool("grub-mkimage", "grub-common", "boot loaders"),
        HostTool("/usr/lib/grub/i386-pc/boot.img", "grub-pc-bin", "BIOS boot"),
        HostTool("/usr/lib/grub/x86_64-efi/moddep.lst", "grub-efi-amd64-bin", "UEFI boot"),
        HostTool("qemu-img", "qemu-utils", "platform images"),
        HostTool("xorriso", "xorriso", "live ISO images", optional: true),
        HostTool("qemu-system-x86_64", "qemu-system-x86", "cosa run and kola"),
        HostTool("/usr/share/OVMF/OVMF_CODE.fd", "ovmf", "UEFI guests"),
        HostTool("ssh", "openssh-client", "kola"),
        HostTool("gpg", "gnupg", "the demo repository's signatures", optional: true),
        HostTool("zstd", "zstd", "compressed artifacts", optional: true),
        HostTool("xz", "xz-utils", "compressed artifacts", optional: true),
    ]
}
