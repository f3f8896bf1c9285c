import Foundation
import HostSystem
import SystemPackage

/// Makes GRUB's images and puts them on a disk image, without running anything of the tree and without a device.
struct GRUBInstaller {
    /// Scratch space.
    let workDirectory: FilePath
    /// Where the modules of each target are.
    var modules: FilePath = "/usr/lib/grub"

    /// The offsets of `grub-setup` in the first sector and in the first sector of the core image (GRUB's
    /// include/grub/i386/pc/boot.h and boot/i386/pc/diskboot.S).
    private enum Offset {
        static let partitionTable = 440
        static let kernelSector = 0x5c
        static let bootDrive = 0x64
        static let driveCheck = 0x66
        static let firstBlockList = 0x1f4
    }

    /// Makes the image of a target.
    func makeImage(_ target: BootLoader.Target) async throws -> FilePath {
        let folder = modules.appending(target.format)
        guard FileManager.default.fileExists(atPath: folder.appending("moddep.lst").string) else {
            throw DiskImageError.missingFiles(folder, package: target.package)
        }
        let early = workDirectory.appending("early.cfg")
        try AtomicFile.write(Array(GRUBConfiguration.early.utf8), to: early)
        let output = workDirectory.appending("grub-\(target.format).img")
        try await Command(
            "grub-mkimage",
            ["-d", folder.string, "-O", target.format, "-p", "/grub2", "-c", early.string, "-o", output.string]
                + BootLoader.commonModules + target.modules
        ).run()
        return output
    }

    /// Puts the first stage into the first sector and the core image into its partition.
    func installBIOS(core: FilePath, target: BootLoader.Target, on image: FilePath, at extent: PartitionExtent) throws {
        let sector = UInt64(extent.start / 512)
        var boot = try [UInt8](
            Data(contentsOf: URL(filePath: modules.appending(target.format).appending("boot.img").string)))
        var coreImage = try [UInt8](Data(contentsOf: URL(filePath: core.string)))
        guard boot.count == 512, coreImage.count > 512 else {
            throw DiskImageError.unexpectedFormat(core, expected: "a GRUB image for BIOS machines")
        }
        guard coreImage.count <= extent.size else {
            throw DiskImageError.bootLoaderTooLarge(size: coreImage.count, room: extent.size)
        }
        boot.replace(at: Offset.kernelSector, with: sector)
        // Boot from the drive that the BIOS started, and without the check for floppy disks.
        boot[Offset.bootDrive] = 0xff
        boot[Offset.driveCheck] = 0x90
        boot[Offset.driveCheck + 1] = 0x90
        // grub-mkimage has filled in the list's length and segment; only where it starts depends on the disk.
        coreImage.replace(at: Offset.firstBlockList, with: sector + 1)
        try SparseFile.write(Array(boot[..<Offset.partitionTable]), to: image, at: 0)
        try SparseFile.write(coreImage, to: image, at: extent.start)
    }
}

extension [UInt8] {
    /// Writes a number of 64 bits, little end first.
    fileprivate mutating func replace(at offset: Int, with number: UInt64) {
        for byte in 0..<8 { self[offset + byte] = UInt8(truncatingIfNeeded: number >> (8 * byte)) }
    }
}
