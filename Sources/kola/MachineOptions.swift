import ArgumentParser
import HostSystem
import SystemPackage
import TestRunner
import VirtualMachine

/// What machines have besides their image: the options that `run` and `qemuexec` share.
struct MachineOptions: ParsableArguments {
    @Flag(inversion: .prefixedNo, help: "Machines have a TPM 2.0 of their own (swtpm).")
    var qemuSwtpm = true

    @Flag(name: .customLong("qemu-native-4k"), help: "The primary disk has sectors of 4,096 bytes.")
    var qemuNative4k = false

    @Flag(
        name: .customLong("qemu-512e"), help: "The primary disk has sectors of 4,096 bytes and emulates those of 512.")
    var qemu512e = false

    @Flag(help: "The primary disk is an NVMe one.")
    var qemuNvme = false

    @Flag(help: "The primary disk is reached over two paths.")
    var qemuMultipath = false

    @Option(
        help: ArgumentHelp("Options for QEMU's -drive of the primary disk, such as cache=none.", valueName: "options"))
    var qemuDriveOpts: String?

    @Flag(help: "QEMU reaches the primary disk over a socket, by the protocol NBD.")
    var qemuNbdSocket = false

    @Option(help: ArgumentHelp("The live ISO to boot; that of the build where none is named.", valueName: "path"))
    var qemuIso: String?

    @Flag(help: "The live ISO is a disk, not a CD.")
    var qemuIsoAsDisk = false

    func validate() throws {
        func refuse(_ one: String, _ isOne: Bool, _ other: String, _ isOther: Bool) throws {
            if isOne, isOther { throw ValidationError("\(one) and \(other) exclude each other") }
        }
        try refuse("--qemu-native-4k", qemuNative4k, "--qemu-512e", qemu512e)
        try refuse("--qemu-nvme", qemuNvme, "--qemu-multipath", qemuMultipath)
        try refuse("--qemu-nbd-socket", qemuNbdSocket, "--qemu-drive-opts", qemuDriveOpts != nil)
    }

    /// The primary disk, of which images say more.
    var primaryDisk: VirtualDisk {
        var disk = VirtualDisk(channel: qemuNvme ? .nvme : .virtio, isMultipath: qemuMultipath)
        disk.sectors = qemuNative4k ? .large : qemu512e ? .emulated : .small
        disk.driveOptions = qemuDriveOpts
        disk.isOverSocket = qemuNbdSocket
        return disk
    }

    /// The image of a build that such a disk starts from.
    var imageKind: BuildImage.Kind { qemuNative4k ? .largeSectors : .disk }

    /// The folders that options named `name` share with guests.
    static func folders(_ texts: [String], name: String, isReadOnly: Bool) throws -> [SharedFolder] {
        try texts.map { text in
            do {
                let folder = try SharedFolder(parsing: text, isReadOnly: isReadOnly)
                guard FileContent.isDirectory(folder.host) else {
                    throw ValidationError("\(name): \(folder.host) is no folder of this host")
                }
                return folder
            } catch let error as MachineError {
                throw ValidationError("\(name): \(error)")
            }
        }
    }

    /// Puts them into the options of a run.
    func apply(to options: inout RunOptions) throws {
        options.hasTPM = qemuSwtpm
        options.primaryDisk = primaryDisk
        options.isoIsDisk = qemuIsoAsDisk
        if let qemuIso { options.iso = FilePath(qemuIso) }
    }

    /// Puts them into a machine.
    func apply(to machine: inout MachineDescription) throws {
        machine.hasTPM = qemuSwtpm
        let size = machine.primaryDisk.size
        machine.primaryDisk = primaryDisk
        machine.primaryDisk.size = size
        machine.iso = qemuIso.map { LiveISO(path: FilePath($0), isDisk: qemuIsoAsDisk) }
    }
}
