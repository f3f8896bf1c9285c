import Deployment

/// GRUB of a commit for machines whose firmware reads no filesystem: what `grub2-install` of the commit would put on the
/// disk, from the modules that the commit ships.
struct FirmwareGRUB: Sendable, Equatable {
    /// How one kind of firmware boots.
    struct Target: Sendable, Equatable {
        /// grub-mkimage's format, also the name of the folder of modules.
        let format: String
        /// What `grub2-install` calls the image in `/boot/grub2/<format>`.
        let coreName: String
        /// The partition that the image is written to.
        let role: PartitionRole
        /// The modules of the image, with what they depend on. All others are read from the boot partition.
        let modules: [String]
        /// True where the firmware reads sectors of 512 bytes only.
        let needsSmallSectors: Bool
        /// The Fedora package that brings the modules.
        let package: String

        /// By basearch. The modules are those that `grub2-install` takes for an ext4 filesystem in a GPT; `mdraid1x` is
        /// bootupd's (its src/bios.rs), for boot partitions that become a RAID at the first boot.
        static let all = [
            "x86_64": Target(
                format: "i386-pc", coreName: "core.img", role: .biosBoot,
                modules: ["mdraid1x", "part_gpt", "ext2", "biosdisk"], needsSmallSectors: true,
                package: "grub2-pc-modules"),
            "ppc64le": Target(
                format: "powerpc-ieee1275", coreName: "core.elf", role: .prep, modules: ["part_gpt", "ext2"],
                needsSmallSectors: false, package: "grub2-ppc64le-modules"),
        ]

        /// Where the commit has the modules.
        var folder: String { "usr/lib/grub/\(format)" }

        /// Where the image's modules and configuration are on the disk: on the one that the firmware booted from, so that
        /// it holds wherever the disk is and whatever UUID the boot filesystem gets at the first boot.
        func prefix(bootPartition: Int) -> String { "(,gpt\(bootPartition))/grub2" }
    }

    /// The data that `grub2-install` copies besides modules (GRUB's util/grub-install-common.c).
    private static let data: Set = [
        "efiemu32.o", "efiemu64.o", "moddep.lst", "command.lst", "fs.lst", "partmap.lst", "parttool.lst", "video.lst",
        "crypto.lst", "terminal.lst", "modinfo.sh",
    ]
    /// The mark that a folder has GRUB's modules: grub-mkimage's list of what depends on what.
    private static let mark = "moddep.lst"

    /// How it boots.
    let target: Target
    /// The commit's modules and what grub-mkimage needs besides, by name.
    let files: [String: [UInt8]]

    /// GRUB for an architecture's firmware; nil where there is no such firmware, or where the commit ships no modules for
    /// it.
    ///
    /// - Throws: the errors of `commit`.
    init?(_ commit: some CommitFiles, basearch: String, sectorSize: Int) throws {
        guard let target = Target.all[basearch], sectorSize == 512 || !target.needsSmallSectors,
            let names = try commit.list(target.folder)?.files, names.contains(Self.mark)
        else { return nil }
        self.target = target
        var files: [String: [UInt8]] = [:]
        for name in names where Self.isNeeded(name) { files[name] = try commit.read("\(target.folder)/\(name)") }
        self.files = files
    }

    private static func isNeeded(_ name: String) -> Bool {
        name.hasSuffix(".mod") || name.hasSuffix(".img") || data.contains(name)
    }

    /// What is on the boot partition: the modules, so that GRUB finds whatever its configuration uses, and the images, as
    /// `grub2-install` leaves them.
    ///
    /// - Parameter core: the core image.
    func bootFiles(core: [UInt8]) -> [BootFile] {
        let names = files.keys.filter { $0.hasSuffix(".mod") || Self.data.contains($0) || $0 == "boot.img" }
        let copies = names.sorted().map { BootFile("grub2/\(target.format)/\($0)", .bytes(files[$0] ?? [])) }
        return copies + [BootFile("grub2/\(target.format)/\(target.coreName)", .bytes(core))]
    }
}

extension DiskContent {
    /// The folder of modules that the commit would need for disks that boot without UEFI too; nil where it has them, or
    /// where no disk of this kind boots so.
    func missingModules(_ request: DiskRequest, _ bootLoader: BootLoaderChoice) -> String? {
        guard bootLoader == .grubBLS, grub == nil, let target = FirmwareGRUB.Target.all[request.basearch],
            request.sectorSize == 512 || !target.needsSmallSectors
        else { return nil }
        return target.folder
    }
}
