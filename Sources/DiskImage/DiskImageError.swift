import SystemPackage

/// A disk image that cannot be made.
public enum DiskImageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no partition table or boot loader for the architecture.
    case unsupportedArchitecture(String)
    /// image.yaml asks for a filesystem that root partitions cannot have.
    case unsupportedRootFilesystem(String)
    /// No backend that may be used can write the root filesystem here; each says why.
    case noBackend(filesystem: String, [UnavailableBackend])
    /// The content does not fit; sizes in bytes.
    case diskTooSmall(needed: Int64, given: Int64)
    /// Kernels and initramfs images do not fit on the boot partition; sizes in bytes.
    case bootTooSmall(needed: Int64, given: Int64)
    /// Boot loaders do not fit on the EFI system partition; sizes in bytes.
    case efiSystemTooSmall(needed: Int64, given: Int64)
    /// A live system has nothing to boot: the commit has no file of this name.
    case noBootFile(commit: String, name: String)
    /// Live images of an architecture cannot be made.
    case noLiveImages(String)
    /// A live image's boot loaders have no configuration, or several.
    case liveConfigurations([String], wanted: String)
    /// A program's data files are not installed.
    case missingFiles(FilePath, package: String)
    /// A boot loader image is larger than its place; sizes in bytes.
    case bootLoaderTooLarge(size: Int, room: Int64)
    /// A file does not have the format that it should have.
    case unexpectedFormat(FilePath, expected: String)
    /// There is no such platform.
    case unknownPlatform(String)
    /// A platform has no machines of the architecture.
    case otherArchitecture(platform: String, has: [String], wanted: String)
    /// A platform's image takes something that this program does not have.
    case cannotBeMade(platform: String, requires: String)
    /// A platform's disks have sectors of another size, in bytes, than the raw image.
    case otherSectorSize(platform: String, has: Int, wanted: Int)
    /// A platform takes disks of whole units only; sizes in bytes.
    case unalignedSize(Int64, platform: String, unit: Int64)
    /// An operation on a file failed.
    case file(FilePath, operation: String, reason: String)

    /// One line: what does not fit, and what to do.
    public var description: String {
        switch self {
        case .unsupportedArchitecture(let architecture):
            "disk images for \(architecture) cannot be made here: supported are "
                + BootLoader.all.keys.sorted().joined(separator: ", ")
        case .unsupportedRootFilesystem(let name):
            "image.yaml: `rootfs: \(name)` is not possible: use "
                + RootFilesystem.allCases.map(\.rawValue).joined(separator: " or ")
        case .noBackend(let name, let backends):
            "image.yaml: `rootfs: \(name)` cannot be written here: "
                + backends.map(\.description).joined(separator: "; ") + "; or use "
                + (backends.count == 1 ? "`--backend auto`, or " : "") + "`rootfs: ext4`, which needs neither"
        case .diskTooSmall(let needed, let given):
            "disk too small: the content needs \(Self.mebibytes(needed)) MiB and image.yaml gives "
                + "\(Self.mebibytes(given)) MiB; raise `size` in image.yaml to at least "
                + "\((needed + .gibibyte - 1) / .gibibyte) (GiB)"
        case .bootTooSmall(let needed, let given):
            "boot partition too small: kernel and initramfs need \(Self.mebibytes(needed)) MiB and the partition has "
                + "\(Self.mebibytes(given)) MiB; make the initramfs smaller (`dracut-args` of the treefile), or the "
                + "partition larger (`partitions: {boot: {size: \(Self.mebibytes(needed))}}` in image.yaml)"
        case .efiSystemTooSmall(let needed, let given):
            "EFI system partition too small: it needs \(Self.mebibytes(needed)) MiB and has "
                + "\(Self.mebibytes(given)) MiB; raise `partitions: {EFI-SYSTEM: {size: …}}` in image.yaml"
        case .noBootFile(let commit, let name):
            "commit \(commit) has no \(name) in /usr/lib/modules, and a live system boots with it"
        case .noLiveImages(let architecture):
            "live images for \(architecture) cannot be made: there are those for "
                + ISOBootBuilder.architectures.joined(separator: ", ")
        case .liveConfigurations(let found, let wanted):
            "a live image needs one live/\(wanted) in the configuration, and the build's commit has "
                + (found.isEmpty ? "none" : found.map { "live/\($0)" }.joined(separator: ", "))
                + "; see docs/live.md, and build anew"
        case .missingFiles(let path, let package):
            "\(path) does not exist: install the package \(package)"
        case .bootLoaderTooLarge(let size, let room):
            "GRUB's core image has \(size) bytes and its partition \(room)"
        case .unexpectedFormat(let path, let expected):
            "\(path) is not \(expected)"
        case .unknownPlatform(let name):
            "there is no platform \(name): known are " + Platform.all.map(\.name).joined(separator: ", ")
        case .otherArchitecture(let platform, let has, let wanted):
            "there is no \(platform) for \(wanted): it is for \(has.joined(separator: ", "))"
        case .cannotBeMade(let platform, let requires):
            "\(platform) images cannot be made here: they need \(requires)"
        case .otherSectorSize(let platform, let has, let wanted):
            "\(platform) needs a raw image with sectors of \(wanted) bytes, and this one has sectors of \(has) bytes"
        case .unalignedSize(let size, let platform, let unit):
            "\(platform) takes disks of whole \(unit == .gibibyte ? "GiB" : "MiB") only, and this one has \(size) bytes"
        case .file(let path, let operation, let reason):
            "cannot \(operation) \(path): \(reason)"
        }
    }

    private static func mebibytes(_ bytes: Int64) -> Int64 { (bytes + .mebibyte - 1) / .mebibyte }
}
