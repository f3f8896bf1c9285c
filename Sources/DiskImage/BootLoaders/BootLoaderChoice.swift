/// The boot loader that image.yaml asks for (`bootloader`).
public enum BootLoaderWish: String, Sendable, CaseIterable {
    /// What the commit ships.
    case auto
    /// GRUB: the commit's own where it ships one.
    case grub
    /// systemd-boot from the commit.
    case systemdBoot = "systemd-boot"

    /// What a value of the key means; nil is ``auto``.
    ///
    /// - Throws: ``BootLoaderError/unknown(_:)``.
    public init(imageConfig value: String?) throws(BootLoaderError) {
        guard let value else {
            self = .auto
            return
        }
        guard let known = Self(rawValue: value) else { throw .unknown(value) }
        self = known
    }
}

/// How a disk boots.
public enum BootLoaderChoice: String, Sendable, Codable {
    /// GRUB made of the host's modules, which reads libostree's syslinux.cfg: for systems that ship none of their own.
    case grubSyslinux = "grub"
    /// The commit's GRUB, which reads boot loader entries (`blscfg`) and has bootupd's static configuration.
    case grubBLS = "grub-bls"
    /// The commit's systemd-boot; UEFI alone.
    case systemdBoot = "systemd-boot"
    /// zipl of the running system: s390x.
    case zipl

    /// bootupd's configuration files for GRUB.
    static let staticConfiguration = "usr/lib/bootupd/grub2-static"

    /// Where systemd puts its boot programs.
    static let systemdPrograms = "usr/lib/systemd/boot/efi"

    /// The boot loader for a commit: the one that is asked for, else by what is in it.
    ///
    /// A commit with GRUB's static configuration boots with its GRUB, also where systemd-boot is there: distributions
    /// with both ship the latter as a file of systemd. One with systemd-boot and without a GRUB of its own boots with that.
    ///
    /// - Throws: ``BootLoaderError``, and the errors of `files`.
    public static func choose(
        _ wish: BootLoaderWish, basearch: String, files: some CommitFiles
    ) throws -> BootLoaderChoice {
        if basearch == "s390x" {
            guard wish == .auto else { throw BootLoaderError.unsupported(wish, basearch: basearch) }
            return .zipl
        }
        let names = EFINames.all[basearch]
        switch wish {
        case .systemdBoot:
            guard let names else { throw BootLoaderError.unsupported(wish, basearch: basearch) }
            guard try systemdProgram(names, in: files) != nil else {
                throw BootLoaderError.missing(
                    .systemdBoot, path: "\(systemdPrograms)/\(names.systemdBoot)",
                    packages: "systemd-boot-efi (Debian) or systemd-boot-unsigned (Fedora)")
            }
            return .systemdBoot
        case .grub, .auto:
            if try files.read("\(staticConfiguration)/grub-static-pre.cfg") != nil { return .grubBLS }
            if wish == .auto, let names, try systemdProgram(names, in: files) != nil { return .systemdBoot }
            return .grubSyslinux
        }
    }

    /// The path of systemd-boot in the commit, the signed one where there is one.
    static func systemdProgram(_ names: EFINames, in files: some CommitFiles) throws -> String? {
        let programs = try files.list(systemdPrograms)?.files ?? []
        return ["\(names.systemdBoot).signed", names.systemdBoot].first(where: programs.contains).map {
            "\(systemdPrograms)/\($0)"
        }
    }
}
