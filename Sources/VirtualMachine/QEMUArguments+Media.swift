import SystemPackage

extension QEMUArguments {
    /// The serial number of the disk that is the OS as a container image.
    public static let containerArchiveSerial = "kola-ociarchive"

    /// Images that the machine only reads. After all else: what comes before keeps its place on the bus and so its name.
    var media: [String] {
        var arguments: [String] = []
        if let iso = description.iso {
            arguments += Self.readOnly(iso.path, node: "iso")
            if iso.isDisk {
                // A BIOS boots no other disk than the first one.
                arguments += ["-device", "virtio-blk-pci,drive=iso,bootindex=0"]
            } else {
                // After both paths of the primary disk: what was installed to that boots the next time. Kernels for clouds
                // have no driver for the drive that the chipset would have.
                arguments += ["-device", "virtio-scsi-pci,id=cd", "-device", "scsi-cd,bus=cd.0,drive=iso,bootindex=3"]
            }
        }
        if let archive = description.containerArchive {
            arguments += Self.readOnly(archive, node: "archive")
            arguments += ["-device", "virtio-blk-pci,drive=archive,serial=\(Self.containerArchiveSerial)"]
        }
        return arguments
    }

    private static func readOnly(_ path: FilePath, node: String) -> [String] {
        [
            "-blockdev",
            "driver=raw,node-name=\(node),read-only=on,file.driver=file,file.filename=\(path.string.inOptionList)",
        ]
    }
}
