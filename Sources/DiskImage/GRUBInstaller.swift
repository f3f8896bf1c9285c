import Foundation
import HostSystem
import SystemPackage

/// Makes GRUB's images and puts them on a disk image, without running anything of the tree and without a device.
struct GRUBInstaller {
    /// Scratch space.
    let workDirectory: FilePath
    /// Where the modules of each target are.
    var modules = Self.hostModules

    /// Where a host has them.
    static let hostModules: FilePath = "/usr/lib/grub"

    /// The offsets of `grub-setup` in the first sector and in the first sector of the core image (GRUB's
    /// include/grub/i386/pc/boot.h and boot/i386/pc/diskboot.S).
    private enum Offset {
        static let partitionTable = 440
        static let kernelSector = 0x5c
        static let bootDrive = 0x64
        static let driveCheck = 0x66
        static let firstBlockList = 0x1f4
    }

    /// Makes the image of a target from the host's modules.
    func makeImage(_ target: BootLoader.Target) async throws -> FilePath {
        try await makeImage(
            target, as: target.format, prefix: "/grub2", early: GRUBConfiguration.early, BootLoader.commonModules)
    }

    /// Makes an image from the host's modules that begins with a configuration of its own.
    ///
    /// - Parameters:
    ///   - format: of grub-mkimage(1), where it is another than the folder of the modules.
    ///   - early: the configuration that is built in.
    /// - Throws: ``DiskImageError``, `CommandError`, and the errors of the file system.
    func makeImage(
        _ target: BootLoader.Target, as format: String, prefix: String, early text: String, _ modules: [String]
    ) async throws -> FilePath {
        let folder = self.modules.appending(target.format)
        guard FileManager.default.fileExists(atPath: folder.appending("moddep.lst").string) else {
            throw DiskImageError.missingFiles(folder, package: target.package)
        }
        let early = workDirectory.appending("early.cfg")
        try AtomicFile.write(Array(text.utf8), to: early)
        return try await makeImage(
            format, from: folder, prefix: prefix, ["-c", early.string], modules + target.modules)
    }

    /// Makes the image of a commit's GRUB from the commit's modules.
    ///
    /// - Parameter bootPartition: the boot partition's number.
    /// - Throws: `CommandError`, and the errors of the file system.
    func makeImage(_ grub: FirmwareGRUB, bootPartition: Int) async throws -> [UInt8] {
        let folder = workDirectory.appending("grub").appending(grub.target.format)
        try FileContent.createDirectory(folder)
        for (name, bytes) in grub.files {
            try Data(bytes).write(to: URL(filePath: folder.appending(name).string))
        }
        let image = try await makeImage(
            grub.target.format, from: folder, prefix: grub.target.prefix(bootPartition: bootPartition), [],
            grub.target.modules)
        return try FileContent.read(image)
    }

    private func makeImage(
        _ format: String, from folder: FilePath, prefix: String, _ options: [String], _ modules: [String]
    ) async throws -> FilePath {
        let output = workDirectory.appending("grub-\(format).img")
        try await Command(
            "grub-mkimage",
            ["-d", folder.string, "-O", format, "-p", prefix] + options + ["-o", output.string] + modules
        ).run()
        return output
    }

    /// Puts a commit's GRUB where the firmware looks for it.
    ///
    /// - Throws: ``DiskImageError``, ``BootLoaderError``.
    func install(_ grub: FirmwareGRUB, core: [UInt8], on image: FilePath, at extent: PartitionExtent) throws {
        switch grub.target.role {
        case .biosBoot:
            guard let boot = grub.files["boot.img"] else {
                throw BootLoaderError.missing(
                    .grubBLS, path: "\(grub.target.folder)/boot.img", packages: grub.target.package)
            }
            try installBIOS(
                boot: boot, core: core, named: FilePath("/\(grub.target.folder)/boot.img"), on: image, at: extent)
        default:
            guard core.count <= extent.size else {
                throw DiskImageError.bootLoaderTooLarge(size: core.count, room: extent.size)
            }
            try SparseFile.write(core, to: image, at: extent.start)
        }
    }

    /// Puts the first stage of the host's GRUB into the first sector and the core image into its partition.
    func installBIOS(core: FilePath, target: BootLoader.Target, on image: FilePath, at extent: PartitionExtent) throws {
        let boot = modules.appending(target.format).appending("boot.img")
        try installBIOS(
            boot: FileContent.read(boot), core: FileContent.read(core), named: boot, on: image, at: extent)
    }

    private func installBIOS(
        boot: [UInt8], core: [UInt8], named name: FilePath, on image: FilePath, at extent: PartitionExtent
    ) throws {
        let sector = UInt64(extent.start / 512)
        var (boot, core) = (boot, core)
        guard boot.count == 512, core.count > 512 else {
            throw DiskImageError.unexpectedFormat(name, expected: "a GRUB image for BIOS machines")
        }
        guard core.count <= extent.size else {
            throw DiskImageError.bootLoaderTooLarge(size: core.count, room: extent.size)
        }
        boot.replace(at: Offset.kernelSector, with: sector)
        // Boot from the drive that the BIOS started, and without the check for floppy disks.
        boot[Offset.bootDrive] = 0xff
        boot[Offset.driveCheck] = 0x90
        boot[Offset.driveCheck + 1] = 0x90
        // grub-mkimage has filled in the list's length and segment; only where it starts depends on the disk.
        core.replace(at: Offset.firstBlockList, with: sector + 1)
        try SparseFile.write(Array(boot[..<Offset.partitionTable]), to: image, at: 0)
        try SparseFile.write(core, to: image, at: extent.start)
    }
}

extension [UInt8] {
    /// Writes a number of 64 bits, little end first.
    fileprivate mutating func replace(at offset: Int, with number: UInt64) {
        for byte in 0..<8 { self[offset + byte] = UInt8(truncatingIfNeeded: number >> (8 * byte)) }
    }
}
