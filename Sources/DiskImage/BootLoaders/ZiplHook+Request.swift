import Deployment
import Ext2fs
import SystemPackage

extension ZiplHook.Request {
    /// What a hook is told about a disk.
    ///
    /// - Throws: ``BootLoaderError`` where the disk has no boot entry, ``DiskImageError``, `Ext2fsError`.
    init(_ disk: FilePath, _ platform: Platform, _ raw: RawImage, size: Int64) throws {
        // Nothing is changed, so nothing is written.
        let boot = try Ext4Filesystem(
            path: disk, offset: raw.partition(.boot).start, timestamp: raw.timestamp, collectingWrites: true)
        func text(_ path: String) throws -> String { String(decoding: try boot.read(path), as: UTF8.self) }
        let folder = "/loader/entries"
        let names = try boot.list(folder).filter { $0.hasSuffix(".conf") }
        guard let name = names.max() else {
            throw BootLoaderError.unreadable(path: "boot\(folder)", reason: "there is no boot entry")
        }
        let entry = SystemdBootEntry(try text("\(folder)/\(name)"))
        let arguments = KernelArguments(
            ["ignition.firstboot"] + BootContent.networkArguments(ofStamp: try text("/ignition.firstboot")))
        let resolved = BootLoaderEntry(parsing: entry.text(firstBootArguments: arguments))
        guard let kernel = resolved["linux"] else {
            throw BootLoaderError.unreadable(path: "boot\(folder)/\(name)", reason: "it names no kernel")
        }
        self.init(
            platform: platform.name, disk: disk.string, size: size, sectorSize: raw.sectorSize,
            partitions: raw.partitions.map {
                .init(number: $0.number, role: $0.role, start: $0.start, size: $0.size)
            },
            kernel: kernel, initrd: resolved["initrd"], options: "\(resolved.kernelArguments)")
    }
}
