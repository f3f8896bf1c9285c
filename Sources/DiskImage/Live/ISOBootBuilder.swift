import Deployment
import Foundation
import HostSystem
import SystemPackage

/// Makes what an ISO image boots with: for UEFI the commit's boot programs, or GRUB of the host's modules where it ships
/// none; for a BIOS ISOLINUX where the configuration has one for it, else GRUB.
public struct ISOBootBuilder: Sendable {
    private let basearch: String
    private let commit: any CommitFiles
    private let timestamp: Int64
    private let workDirectory: FilePath

    /// The path of the EFI system partition's image, in the ISO image.
    public static let efiSystem = "images/efiboot.img"
    /// The architectures that it knows.
    static let architectures = BootLoader.all.keys.filter { EFINames.all[$0] != nil }.sorted()

    private static let isolinux = "isolinux/isolinux.cfg"

    /// A builder.
    ///
    /// - Parameters:
    ///   - commit: the files of the commit.
    ///   - timestamp: seconds since 1970; every time in the EFI system partition.
    ///   - workDirectory: scratch space; what is made stays there.
    public init(basearch: String, commit: some CommitFiles, timestamp: Int64, workDirectory: FilePath) {
        (self.basearch, self.commit, self.timestamp) = (basearch, commit, timestamp)
        self.workDirectory = workDirectory
    }

    /// GRUB's menu among the files of a configuration's folder `live`.
    ///
    /// - Returns: its path and the vendor's name in that.
    /// - Throws: ``DiskImageError`` where there is none, or several, and for an architecture without live images.
    @discardableResult
    public static func menu(
        of files: [String: [UInt8]], basearch: String
    ) throws(DiskImageError) -> (path: String, vendor: String) {
        guard architectures.contains(basearch) else { throw .noLiveImages(basearch) }
        let (start, end) = ("EFI/", "/grub.cfg")
        let found = files.keys.filter { $0.hasPrefix(start) && $0.hasSuffix(end) }.sorted()
        guard let path = found.first, found.count == 1 else {
            throw .liveConfigurations(found, wanted: "\(start)<vendor>\(end)")
        }
        return (path, String(path.dropFirst(start.count).dropLast(end.count)))
    }

    /// Makes it.
    ///
    /// - Parameters:
    ///   - files: the configuration's folder `live`, by path.
    ///   - volumeID: the name of the image's volume, by which GRUB finds it.
    /// - Throws: ``DiskImageError``, ``BootLoaderError``, `CommandError`, and the errors of the file system.
    public func build(_ files: [String: [UInt8]], volumeID: String) async throws -> ISOBoot {
        let menu = try Self.menu(of: files, basearch: basearch)
        guard let loader = BootLoader.all[basearch], let names = EFINames.all[basearch] else {
            throw DiskImageError.noLiveImages(basearch)
        }
        var (files, vendor) = (files, menu.vendor)
        // The notes of who maintains the configuration, and what s390x boots with.
        for name in ["README-devel.md", "zipl.prm"] { files[name] = nil }
        let shipped = try ships() ? ShippedEFIFiles(commit, names) : nil
        if let shipped, shipped.vendor != vendor {
            vendor = shipped.vendor
            files["EFI/\(vendor)/grub.cfg"] = files.removeValue(forKey: menu.path)
        }
        let early = GRUBConfiguration.live(volumeID: volumeID, vendor: vendor)
        let programs =
            if let shipped {
                removable(shipped, names, configuration: early)
            } else {
                [BootFile(loader.efiPath, .bytes(try await hostGRUB(loader.efi, as: loader.efi.format, early)))]
            }
        var boot = ISOBoot(bios: nil, efiSystem: try await efiSystem(programs), files: files)
        guard let target = loader.bios else {
            boot.files = files.filter { !$0.key.hasPrefix("isolinux/") }
            return boot
        }
        if files[Self.isolinux] == nil {
            boot.files["boot/grub/eltorito.img"] = try await hostGRUB(target, as: "\(target.format)-eltorito", early)
            boot.bios = ISOBoot.BIOS(
                program: "boot/grub/eltorito.img", catalog: "boot/grub/boot.cat",
                diskSectors: GRUBInstaller.hostModules.appending("\(target.format)/boot_hybrid.img"), loader: .grub)
        } else {
            let syslinux = try SyslinuxFiles.ofHost()
            boot.files.merge(try syslinux.files()) { mine, _ in mine }
            boot.bios = ISOBoot.BIOS(
                program: "isolinux/isolinux.bin", catalog: "isolinux/boot.cat", diskSectors: syslinux.diskSectors,
                loader: .isolinux)
        }
        return boot
    }

    /// Whether the commit has boot programs of its own; systemd-boot reads no ISO 9660 filesystem.
    private func ships() throws -> Bool {
        try BootLoaderChoice.choose(.auto, basearch: basearch, files: commit) == .grubBLS
    }

    /// The commit's boot programs as removable media have them: all in one folder, and without what would enter the
    /// medium into the firmware's list (osbuild, osbuild/util/makeefi.py).
    private func removable(_ shipped: ShippedEFIFiles, _ names: EFINames, configuration: String) -> [BootFile] {
        var programs: [String: BootFile] = [:]
        let all = shipped.files.map { BootFile("EFI/\($0.path)", .bytes($0.bytes)) }
        for file in all + StaticGRUB.fallback(shipped, names) {
            guard let name = file.path.split(separator: "/").last.map(String.init) else { continue }
            let (lower, isVendors) = (name.lowercased(), file.path.hasPrefix("EFI/\(shipped.vendor)/"))
            let isForLists = lower.hasPrefix("fb") && lower.hasSuffix(".efi") || lower.hasSuffix(".csv")
            guard !isForLists, !(isVendors && lower.hasPrefix("shim")) else { continue }
            programs[lower] = BootFile("EFI/BOOT/\(name)", file.content)
        }
        programs["grub.cfg"] = BootFile("EFI/BOOT/grub.cfg", text: configuration)
        return programs.sorted { $0.key < $1.key }.map(\.value)
    }

    private func hostGRUB(_ target: BootLoader.Target, as format: String, _ early: String) async throws -> [UInt8] {
        let modules = BootLoader.commonModules + ["iso9660", "part_msdos", "search_fs_file"]
        let image = try await GRUBInstaller(workDirectory: workDirectory)
            .makeImage(target, as: format, prefix: "/boot/grub", early: early, modules.sorted())
        return try FileContent.read(image)
    }

    private func efiSystem(_ programs: [BootFile]) async throws -> FilePath {
        let folder = workDirectory.appending("efi")
        for file in programs {
            let path = folder.appending(file.path)
            try FileContent.createDirectory(path.removingLastComponent())
            guard case .bytes(let bytes) = file.content else { continue }
            try AtomicFile.write(bytes, to: path)
        }
        let image = workDirectory.appending("efiboot.img")
        var writer = EFISystemWriter(image: image, sectorSize: 512, timestamp: timestamp)
        writer.smallest = EFISystemWriter.smallestOfSmallSectors
        let size = try writer.size(for: folder)
        try SparseFile.create(image, size: size)
        try await writer.write(
            folder, to: PartitionExtent(number: 1, role: .efiSystem, start: 0, size: size))
        return image
    }
}
