import Ext2fs
import Foundation
import HostSystem
import SystemPackage

/// Derives a platform's image from the raw image: a patch of a few blocks, and another format. The raw image is read
/// through the patch; there is no second copy of it.
public struct PlatformImageBuilder: Sendable {
    /// Puts a disk, a qcow2, into a container image: the disk, and where the OCI archive shall be.
    public typealias ContainerPacker = @Sendable (_ disk: FilePath, _ archive: FilePath) async throws -> Void

    private let machine: MachineDescription
    private let zipl: ZiplHook?
    private let packContainer: ContainerPacker

    /// A builder.
    ///
    /// - Parameters:
    ///   - machine: what descriptions of virtual machines say about the system.
    ///   - zipl: writes the boot record of disks for s390x; nil leaves them without.
    ///   - packContainer: makes the container image of a ``ImageFormat/containerDisk``.
    public init(
        machine: MachineDescription, zipl: ZiplHook? = nil, packContainer: @escaping ContainerPacker
    ) {
        self.machine = machine
        self.zipl = zipl
        self.packContainer = packContainer
    }

    /// Makes `platform`'s image at `output`; nothing is there before all of it is.
    ///
    /// - Parameter workDirectory: room for what a format needs on the way, in a directory of the platform's name; it is
    ///   removed again.
    /// - Returns: the image's SHA-256, 64 hex digits.
    /// - Throws: ``DiskImageError``, `CommandError`, `Ext2fsError`, `ZlibError`, or what the packer throws.
    @discardableResult
    public func derive(
        _ platform: Platform, from raw: RawImage, to output: FilePath, workDirectory: FilePath
    ) async throws -> String {
        if let requirement = platform.requirement {
            throw DiskImageError.cannotBeMade(platform: platform.name, requires: requirement)
        }
        guard raw.sectorSize == platform.sectorSize else {
            throw DiskImageError.otherSectorSize(
                platform: platform.name, has: raw.sectorSize, wanted: platform.sectorSize)
        }
        let result = AtomicFile.temporaryPath(for: output)
        let scratch = workDirectory.appending(platform.name)
        defer {
            try? FileContent.remove(scratch)
            unlink(result.string)
        }
        try FileContent.createDirectory(scratch)
        var disk = try await raw.disk(for: platform, scratch: scratch)
        if let zipl, raw.bootLoader == .zipl {
            disk = try await zipl.run(disk, platform, raw, copy: scratch.appending("zipl.raw"))
        }
        try await write(disk, platform, raw, to: result, scratch: scratch)
        return try await Blocking.run {
            let digest = try SparseFile.digest(result)
            try FileManager.default.moveItemReplacing(result, to: output)
            return digest
        }
    }

    private func write(
        _ disk: PatchedDisk, _ platform: Platform, _ raw: RawImage, to result: FilePath, scratch: FilePath
    ) async throws {
        switch platform.format {
        case .raw: try await Blocking.run { try RawFile(disk: disk).write(to: result) }
        case .qcow2: try await Blocking.run { try Qcow2File(disk: disk, content: .plain).write(to: result) }
        case .compressedQcow2:
            try await Blocking.run { try Qcow2File(disk: disk, content: .compressed).write(to: result) }
        case .streamOptimizedVMDK: try await writeVMDK(disk, platform, raw, to: result)
        case .fixedVHD: try await writeVHD(disk, platform, raw, to: result)
        case .vhdx:
            try await convert(disk, to: result, ["-O", "vhdx", "-o", "subformat=dynamic"], scratch: scratch)
            try VHDXHeader.normalize(result, seed: "\(raw.commit) \(platform.name)")
        case .gcpArchive:
            try await Blocking.run { try GCPArchive(disk: disk, timestamp: raw.timestamp).write(to: result) }
        case .containerDisk:
            let inner = scratch.appending("disk.qcow2")
            try await Blocking.run { try Qcow2File(disk: disk, content: .plain).write(to: inner) }
            try await packContainer(inner, result)
        case .vmwareOVA, .virtualBoxOVA:
            let inner = scratch.appending(OVAArchive.diskName)
            try await writeVMDK(disk, platform, raw, to: inner)
            let text = try OVFDescription(
                machine: machine, isVirtualBox: platform.format == .virtualBoxOVA, capacity: disk.size,
                fileSize: SparseFile.size(inner), seed: "\(raw.commit) \(platform.name)"
            ).text
            try await Blocking.run {
                try OVAArchive(description: text, timestamp: raw.timestamp).write(to: result, disk: inner)
            }
        case .bfb:
            throw DiskImageError.cannotBeMade(platform: platform.name, requires: "NVIDIA's packer mlx-mkbfb")
        }
    }

    private func writeVHD(
        _ disk: PatchedDisk, _ platform: Platform, _ raw: RawImage, to result: FilePath
    ) async throws {
        guard disk.size % FixedVHD.alignment == 0 else {
            throw DiskImageError.unalignedSize(disk.size, platform: platform.name, unit: FixedVHD.alignment)
        }
        let uuid = DerivedUUID.make(seed: raw.commit, name: "vhd \(platform.name)")
        let footer = FixedVHD(size: disk.size, timestamp: raw.timestamp, uuid: uuid).footer
        try await Blocking.run { try RawFile(disk: disk).write(to: result, footer: footer) }
    }

    private func writeVMDK(
        _ disk: PatchedDisk, _ platform: Platform, _ raw: RawImage, to result: FilePath
    ) async throws {
        let options = platform.format == .virtualBoxOVA ? [] : ["adapter_type=lsilogic", "compat6"]
        try await StreamOptimizedVMDK(disk: disk, options: options, seed: raw.commit).write(to: result)
    }

    /// Lets qemu-img write a format. It reads an overlay that holds the patch, on top of the raw image.
    private func convert(
        _ disk: PatchedDisk, to result: FilePath, _ options: [String], scratch: FilePath
    ) async throws {
        let overlay = scratch.appending("overlay.qcow2")
        try await Blocking.run { try Qcow2File(disk: disk, content: .patch).write(to: overlay) }
        try await Command(
            "qemu-img", ["convert", "-q", "-f", "qcow2"] + options + [overlay.string, result.string]
        ).run()
    }
}
