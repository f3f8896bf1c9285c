import SystemPackage

/// QEMU's arguments for one disk.
struct DiskArguments {
    let disk: VirtualDisk
    /// Its overlay.
    let path: FilePath
    /// Its place among the machine's disks; 0 is the one that it boots from.
    let index: Int
    /// The number of the socket that leads to it, where it is behind one.
    var descriptor: Int?

    private var node: String { Self.node(of: index) }

    /// QEMU's name of the block device of one of a machine's disks.
    static func node(of index: Int) -> String { "disk\(index)" }

    /// The block device, and the devices that show it to the guest.
    var arguments: [String] { block + devices }

    /// Nobody needs what such a disk holds after a crash of the host.
    private var block: [String] {
        if let descriptor {
            let server = "server.type=fd,server.str=\(descriptor),export=\(Self.exportName)"
            return ["-blockdev", "driver=nbd,node-name=\(node),discard=unmap,\(server)"]
        }
        if let options = disk.driveOptions {
            // QEMU takes no option twice.
            let usual = ["discard=unmap", "cache=unsafe"].filter { option in
                !options.split(separator: ",").contains { $0.prefix { $0 != "=" } == option.prefix { $0 != "=" } }
            }
            let file = "if=none,node-name=\(node),format=qcow2,file=\(path.string.inOptionList)"
            return ["-drive", ([file] + usual + [options]).joined(separator: ",")]
        }
        return ["-blockdev", Self.blockDevice(node, path)]
    }

    /// The name of a disk behind a socket.
    static let exportName = "disk"

    /// How QEMU and its storage daemon open an overlay.
    static func blockDevice(_ node: String, _ path: FilePath) -> String {
        "driver=qcow2,node-name=\(node),discard=unmap,cache.no-flush=on,"
            + "file.driver=file,file.cache.no-flush=on,file.filename=\(path.string.inOptionList)"
    }

    private var devices: [String] {
        if disk.isMultipath { return paths }
        switch disk.channel {
        case .virtio: return ["-device", "virtio-blk-pci,drive=\(node)\(options(bootIndex: 1))"]
        case .nvme: return ["-device", "nvme,drive=\(node)\(options(bootIndex: 1))"]
        case .scsi:
            return [
                "-device", "virtio-scsi-pci,id=scsi\(index)",
                "-device", "scsi-hd,bus=scsi\(index).0,drive=\(node),wwn=\(worldWideName)\(options(bootIndex: 1))",
            ]
        }
    }

    /// One disk behind two controllers. The vendor makes multipath-tools take it for one, the same WWN for the same.
    private var paths: [String] {
        (0..<2).flatMap { path in
            [
                "-device", "virtio-scsi-pci,id=path\(index)\(path)",
                "-device",
                "scsi-hd,bus=path\(index)\(path).0,drive=\(node),share-rw=on,vendor=NVME,product=VirtualMultipath,"
                    + "wwn=\(worldWideName)\(options(bootIndex: 1 + path))",
            ]
        }
    }

    /// A number of its own for each disk of a machine, and the same in every run.
    private var worldWideName: UInt64 { disk.worldWideName ?? 0x5000_c500_1500_0000 + UInt64(index) }

    private func options(bootIndex: Int) -> String {
        let serial = disk.serial ?? (index == 0 ? "primary-disk" : node)
        let sectors =
            switch disk.sectors {
            case .small: ""
            case .large: ",physical_block_size=4096,logical_block_size=4096"
            case .emulated: ",physical_block_size=4096,logical_block_size=512"
            }
        return ",serial=\(serial.inOptionList)\(sectors)" + (index == 0 ? ",bootindex=\(bootIndex)" : "")
    }
}

extension String {
    /// A value inside an option list: QEMU reads a doubled comma as one.
    var inOptionList: String { split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,") }
}
