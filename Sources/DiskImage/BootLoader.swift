/// How GRUB is put on an architecture's disks.
struct BootLoader: Sendable {
    /// An image for BIOS machines in the BIOS-BOOT partition; nil where there is no BIOS.
    let bios: Target?
    /// An image for UEFI machines in the EFI system partition.
    let efi: Target
    /// The path at which firmware looks for it (UEFI specification 3.5.1.1).
    let efiPath: String

    /// One of GRUB's build targets.
    struct Target: Sendable {
        /// The format of grub-mkimage(1), also the folder of its modules.
        let format: String
        /// The Debian package with the modules.
        let package: String
        /// What this target needs besides ``BootLoader/commonModules``.
        let modules: [String]
    }

    /// What grub.cfg uses; all of it is in the image, so that nothing is loaded from the disk.
    static let commonModules = [
        "part_gpt", "ext2", "fat", "xfs", "search", "search_label", "search_fs_uuid", "normal", "configfile", "echo",
        "test", "loadenv", "gzio", "serial", "terminal", "minicmd", "sleep", "ls", "cat", "boot", "linux", "regexp",
        "syslinuxcfg", "halt", "reboot", "true", "probe",
    ]

    /// By basearch.
    static let all: [String: BootLoader] = [
        "x86_64": BootLoader(
            bios: Target(format: "i386-pc", package: "grub-pc-bin", modules: ["biosdisk", "linux16"]),
            efi: Target(
                format: "x86_64-efi", package: "grub-efi-amd64-bin", modules: ["efi_gop", "efi_uga", "all_video"]),
            efiPath: "EFI/BOOT/BOOTX64.EFI"),
        "aarch64": BootLoader(
            bios: nil,
            efi: Target(format: "arm64-efi", package: "grub-efi-arm64-bin", modules: ["efi_gop", "all_video"]),
            efiPath: "EFI/BOOT/BOOTAA64.EFI"),
    ]
}
