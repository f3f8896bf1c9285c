import Deployment

/// A disk that boots with systemd-boot: all of it is on the EFI system partition, in copy.
///
/// libostree keeps its boot entries on a filesystem with symbolic links, and systemd-boot reads only what firmware reads,
/// which is vfat. So entries, kernels and initramfs images stay where libostree has them and are copied to the EFI system
/// partition under the same paths (docs/boot-loaders.md).
public struct SystemdBoot: Sendable {
    /// The size of the EFI system partition, in MiB, that has room for the kernels of three deployments.
    public static let efiSystemMebibytes: Int64 = 512

    private let program: [UInt8]
    private let names: EFINames

    /// systemd-boot of a commit for which ``BootLoaderChoice/systemdBoot`` was chosen.
    ///
    /// - Throws: ``BootLoaderError``, and the errors of the commit.
    public init(_ files: some CommitFiles, basearch: String) throws {
        guard let names = EFINames.all[basearch] else {
            throw BootLoaderError.unsupported(.systemdBoot, basearch: basearch)
        }
        guard let path = try BootLoaderChoice.systemdProgram(names, in: files), let program = try files.read(path)
        else {
            throw BootLoaderError.missing(
                .systemdBoot, path: "\(BootLoaderChoice.systemdPrograms)/\(names.systemdBoot)",
                packages: "systemd-boot-efi (Debian) or systemd-boot-unsigned (Fedora)")
        }
        self.names = names
        self.program = program
    }

    /// The files of the EFI system partition.
    ///
    /// - Parameters:
    ///   - entries: libostree's boot entries, by file name.
    ///   - firstBootArguments: the kernel arguments of the first boot, which GRUB would have added by a variable.
    ///   - content: the content of a file of the boot partition, by its path there.
    /// - Throws: what `content` throws.
    public func files(
        entries: [String: String], firstBootArguments: KernelArguments,
        content: (String) throws -> FileTreeEntry.Content
    ) rethrows -> [BootFile] {
        var files = [
            BootFile("EFI/BOOT/\(names.fallback)", .bytes(program)),
            BootFile("EFI/systemd/\(names.systemdBoot)", .bytes(program)),
            BootFile("loader/loader.conf", text: "timeout 1\nconsole-mode keep\n"),
            // The mark that the entries are those of the Boot Loader Specification.
            BootFile("loader/entries.srel", text: "type1\n"),
        ]
        var copied: Set<String> = []
        for (name, text) in entries.sorted(by: { $0.key < $1.key }) {
            let entry = SystemdBootEntry(text)
            files.append(
                BootFile("loader/entries/\(name)", text: entry.text(firstBootArguments: firstBootArguments)))
            for path in entry.paths where copied.insert(path).inserted {
                files.append(BootFile(String(path.drop { $0 == "/" }), try content(path)))
            }
        }
        return files
    }
}

/// One of libostree's boot entries, as systemd-boot has to have it.
struct SystemdBootEntry: Sendable {
    private let source: String

    init(_ source: String) { self.source = source }

    private static let fileKeys = ["linux", "initrd", "devicetree", "efi"]

    /// The files that it names, by their paths on the boot partition.
    var paths: [String] {
        lines.compactMap { key, value in Self.fileKeys.contains(key) ? Self.onPartition(value) : nil }
    }

    /// Its text without variables, which GRUB alone replaces, and with paths from the partition's root.
    func text(firstBootArguments: KernelArguments) -> String {
        lines.map { key, value in
            switch key {
            case "options":
                "options \(Self.resolve(KernelArguments(parsing: value), firstBootArguments))\n"
            case _ where Self.fileKeys.contains(key): "\(key) \(Self.onPartition(value))\n"
            default: "\(key) \(value)\n"
            }
        }.joined()
    }

    private var lines: [(key: String, value: String)] {
        source.split(separator: "\n").compactMap { line in
            let parts = line.split(maxSplits: 1, whereSeparator: \.isWhitespace).map(String.init)
            guard parts.count == 2, !parts[0].hasPrefix("#") else { return nil }
            return (parts[0], parts[1])
        }
    }

    /// libostree's option `sysroot.bootprefix` puts the mount point before every path.
    private static func onPartition(_ path: String) -> String {
        path.hasPrefix("/boot/") ? String(path.dropFirst("/boot".count)) : path
    }

    private static func resolve(_ arguments: KernelArguments, _ firstBoot: KernelArguments) -> KernelArguments {
        KernelArguments(
            arguments.arguments.flatMap { argument in
                if argument == "$ignition_firstboot" { return firstBoot.arguments }
                return argument.hasPrefix("$") ? [] : [argument]
            })
    }
}
