import Deployment
import Ext2fs
import Foundation
import HostSystem
import SystemPackage

/// What is written to an image's boot partition before the machine boots, as coreos-assembler's kola does with libguestfs: kernel
/// arguments to the entries of the boot loader and to the stamp file of the first boot, and the Ignition config.
struct BootArguments: Sendable {
    /// Arguments of every boot; "" for none.
    let everyBoot: String
    /// Arguments of the first boot only; "" for none.
    let firstBoot: String
    /// The Ignition config; nil where the guest gets it in another way, or none.
    var ignition: [UInt8]?

    /// Writes them to a qcow2 image.
    ///
    /// - Parameter scratch: a folder for temporary files.
    /// - Throws: ``MachineError`` where the image has no boot partition with what it takes; `Ext2fsError`.
    func write(to image: FilePath, scratch: FilePath) async throws {
        guard !everyBoot.isEmpty || !firstBoot.isEmpty || ignition != nil else { return }
        try await DiskExport.withRawDisk(of: image, scratch: scratch) { disk in
            let efiSystem = try await Blocking.run {
                let partitions = try PartitionLabels(of: disk)
                guard let offset = partitions.offset(of: "boot") else {
                    throw MachineError(
                        kind: .launch, reason: "\(image) has no partition with the name boot to write to")
                }
                try write(to: try Ext4Filesystem(path: disk, offset: offset, timestamp: 1))
                return partitions.offset(of: "EFI-SYSTEM")
            }
            guard let efiSystem, !everyBoot.isEmpty || !firstBoot.isEmpty else { return }
            try await EFIBootEntries(disk: disk, start: efiSystem, scratch: scratch).edit { arguments in
                if arguments.contains(key: "ignition.firstboot") {
                    arguments.append(KernelArguments(parsing: firstBoot))
                }
                arguments.append(KernelArguments(parsing: everyBoot))
            }
        }
    }

    private func write(to filesystem: Ext4Filesystem) throws {
        if !everyBoot.isEmpty {
            let arguments = KernelArguments(parsing: everyBoot)
            for name in try filesystem.list("/loader/entries") where name.hasSuffix(".conf") {
                try rewrite("/loader/entries/\(name)", of: filesystem) { text in
                    var entry = BootLoaderEntry(parsing: text)
                    entry.kernelArguments.append(arguments)
                    return entry.text
                }
            }
            if try filesystem.list("/loader").contains("syslinux.cfg") {
                try rewrite("/loader/syslinux.cfg", of: filesystem) { text in
                    var configuration = SyslinuxConfiguration(parsing: text)
                    configuration.editKernelArguments { $0.append(arguments) }
                    return configuration.text
                }
            }
        }
        if !firstBoot.isEmpty {
            try rewrite("/ignition.firstboot", of: filesystem) { _ in
                "set ignition_network_kcmdline=\"\(firstBoot)\"\n"
            }
        }
        if let ignition {
            try filesystem.makeDirectory("/ignition")
            try filesystem.write("/ignition/config.ign", ignition)
        }
        try filesystem.close()
    }

    private func rewrite(_ path: String, of filesystem: Ext4Filesystem, _ change: (String) -> String) throws {
        let text = String(decoding: try filesystem.read(path), as: UTF8.self)
        try filesystem.overwrite(path, with: Array(change(text).utf8))
    }
}
