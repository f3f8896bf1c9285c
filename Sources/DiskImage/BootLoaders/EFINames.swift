/// What boot programs are called on an architecture with UEFI (UEFI specification 2.10, 3.5.1.1; shim, GRUB, systemd).
public struct EFINames: Sendable, Equatable {
    /// As it ends the names of shim, GRUB and systemd-boot: `x64`.
    let suffix: String

    /// By basearch.
    public static let all = [
        "x86_64": EFINames(suffix: "x64"), "aarch64": EFINames(suffix: "aa64"),
        "riscv64": EFINames(suffix: "riscv64"),
    ]

    /// What firmware starts from a disk that it does not know.
    var fallback: String { "BOOT\(suffix.uppercased()).EFI" }
    /// The first stage that firmware with Secure Boot trusts.
    var shim: String { "shim\(suffix).efi" }
    /// GRUB.
    var grub: String { "grub\(suffix).efi" }
    /// systemd-boot.
    var systemdBoot: String { "systemd-boot\(suffix).efi" }
}
