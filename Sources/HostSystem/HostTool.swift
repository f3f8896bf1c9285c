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
        HostTool("gpg", "gnupg", "repositories with signed metadata"),
        HostTool("createrepo_c", "createrepo-c", "overrides/rpm"),
        HostTool("bwrap", "bubblewrap", "running scriptlets"),
        HostTool("newuidmap", "uidmap", "composing as an ordinary user", optional: true),
        HostTool("mcopy", "mtools", "the EFI system partition"),
        HostTool("mkfs.vfat", "dosfstools", "the EFI system partition"),
        HostTool("mke2fs", "e2fsprogs", "the boot and root filesystems"),
        HostTool("mkfs.xfs", "xfsprogs", "an xfs root filesystem"),
        HostTool("mkfs.btrfs", "btrfs-progs", "a btrfs root filesystem"),
        HostTool("losetup", "mount", "an xfs or btrfs root filesystem, as root", optional: true),
        HostTool("supermin", "libguestfs-xfs", "an xfs or btrfs root filesystem, without root", optional: true),
        HostTool("grub-mkimage", "grub-common", "boot loaders"),
        HostTool("/usr/lib/grub/i386-pc/boot.img", "grub-pc-bin", "BIOS boot"),
        HostTool("/usr/lib/grub/x86_64-efi/moddep.lst", "grub-efi-amd64-bin", "UEFI boot"),
        HostTool("qemu-img", "qemu-utils", "platform images"),
        HostTool("qemu-system-x86_64", "qemu-system-x86", "cosa run and kola"),
        HostTool("/usr/share/OVMF/OVMF_CODE_4M.fd", "ovmf", "UEFI guests"),
        HostTool("swtpm", "swtpm", "guests with a TPM, which those of kola run have"),
        HostTool("ssh", "openssh-client", "cosa run and kola"),
        HostTool("ssh-keygen", "openssh-client", "cosa run and kola"),
        HostTool("skopeo", "skopeo", "looking at and copying container images", optional: true),
        HostTool("ostree", "ostree", "looking at commits by hand", optional: true),
        HostTool("rpmbuild", "rpm", "the demo's repository", optional: true),
        HostTool("dpkg-deb", "dpkg", "the demo's repository", optional: true),
    ]
}
