import DiskImage
import HostSystem
import SystemPackage

/// Writes a folder as a bootable ISO 9660 image, through xorriso: for CD and USB stick, BIOS and UEFI.
struct ISOMaster {
    /// The volume's name; live systems find their medium by it.
    let volumeID: String
    /// Seconds since 1970; the only time in the image.
    let timestamp: Int64
    /// What the GUID of a USB stick's partition table is derived from.
    let seed: String

    /// Masters the image.
    ///
    /// - Throws: `CommandError`.
    func write(_ folder: FilePath, bios: ISOBoot.BIOS?, to output: FilePath) async throws {
        var arguments = [
            "-as", "mkisofs", "-quiet", "-R", "-J", "-joliet-long", "-V", volumeID, "-volset", volumeID,
            "-uid", "0", "-gid", "0", "-dir-mode", "0755", "-file-mode", "0644",
            "--set_all_file_dates", "=\(timestamp)", "--gpt_disk_guid", diskGUID,
        ]
        if let bios { arguments += options(bios) + ["-eltorito-alt-boot"] }
        arguments += ["-e", ISOBootBuilder.efiSystem, "-no-emul-boot"]
        // The partition of a disk is the same file that El Torito names.
        arguments += bios?.loader == .isolinux ? ["-isohybrid-gpt-basdat"] : ["-efi-boot-part", "--efi-boot-image"]
        arguments += ["-o", output.string, folder.string]
        // The variable is the default of all other times (man xorrisofs, "SOURCE_DATE_EPOCH").
        try await Command(
            "xorriso", arguments, environment: ["SOURCE_DATE_EPOCH": "\(timestamp)", "TZ": "UTC", "LC_ALL": "C"]
        ).run()
    }

    private func options(_ bios: ISOBoot.BIOS) -> [String] {
        let program = [
            "-b", bios.program, "-c", bios.catalog, "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table",
        ]
        let disk = bios.diskSectors.string
        return switch bios.loader {
        case .grub:
            // Some firmware looks for a partition that is marked as the one to boot.
            program + [
                "--grub2-boot-info", "--grub2-mbr", disk, "--protective-msdos-label", "--mbr-force-bootable",
            ]
        case .isolinux: program + ["-isohybrid-mbr", disk]
        }
    }

    private var diskGUID: String { DerivedUUID.make(seed: seed, name: "live disk").filter { $0 != "-" } }
}
