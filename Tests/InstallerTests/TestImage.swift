import Foundation
import HostSystem
import SystemPackage
import TestSupport

/// A small disk image as a build makes them: a GPT, boot code, an EFI system partition, a boot filesystem and a root.
struct TestImage {
    static let size = 12 << 20
    /// Byte offsets.
    static let efi = 2 << 20
    static let boot = 4 << 20
    static let root = 8 << 20
    static let end = 11 << 20
    /// The kernel arguments of its boot entries.
    static let arguments = "root=LABEL=root ignition.platform.id=metal ostree=/o console=ttyS0,115200n8 console=tty0"

    let file: FilePath
    let sectorSize: Int
    let table: PartitionList

    /// Makes `metal.raw` in a folder.
    ///
    /// - Parameter bootLabel: of the boot filesystem.
    init(in folder: TemporaryDirectory, sectorSize: Int = 512, bootLabel: String = "boot") async throws {
        self.sectorSize = sectorSize
        file = folder.appending(sectorSize == 512 ? "metal.raw" : "metal4k.raw")
        try Self.allocate(file, bytes: Self.size)
        table = try await Self.partition(file, sectorSize: sectorSize)
        try await Self.fill(file, folder: folder, bootLabel: bootLabel)
    }

    private static func partition(_ file: FilePath, sectorSize: Int) async throws -> PartitionList {
        let device = try await LoopDevice(file, sectorSize: sectorSize)
        func line(_ number: Int, _ start: Int, _ end: Int, _ rest: String) -> String {
            "\(number): start=\(start / sectorSize), size=\((end - start) / sectorSize), \(rest)\n"
        }
        try await PartitionList.write(
            "label: gpt\nlabel-id: 00000000-0000-4000-A000-000000000001\n"
                + line(1, 1 << 20, efi, "name=BIOS-BOOT, attrs=LegacyBIOSBootable")
                + line(2, efi, boot, "type=uefi, name=EFI-SYSTEM") + line(3, boot, root, "name=boot")
                + line(4, root, end, "name=root"), to: device.path)
        guard let table = try await PartitionList.read(device.path) else { throw Errno.invalidArgument }
        return table
    }

    private static func fill(_ file: FilePath, folder: TemporaryDirectory, bootLabel: String) async throws {
        let tree = folder.appending("boot-\(file.stem ?? "")")
        let name = tree.lastComponent?.string ?? ""
        try folder.write(
            "title Test\noptions \(arguments)\nlinux /vmlinuz\n", to: "\(name)/loader.1/entries/ostree-1-test.conf")
        try folder.write("LABEL Test\n\tKERNEL /vmlinuz\n\tAPPEND \(arguments)\n", to: "\(name)/loader.1/syslinux.cfg")
        try FileManager.default.createSymbolicLink(
            atPath: tree.appending("loader").string, withDestinationPath: "loader.1")
        try folder.write("# CONSOLE-SETTINGS-START\nserial\n# CONSOLE-SETTINGS-END\n", to: "\(name)/grub2/console.cfg")
        try folder.write(
            """
            {"metal": {"grub_commands": ["serial"], "kernel_arguments": ["console=ttyS0,115200n8", "console=tty0"]},
             "qemu": {"grub_commands": ["terminal_output serial"], "kernel_arguments": ["console=ttyS0,115200n8"]}}
            """, to: "\(name)/coreos/platforms.json")

        func command(_ name: String, _ arguments: [String]) async throws { try await Command(name, arguments).run() }
        try await command(
            "mkfs.ext4",
            [
                "-q", "-F", "-b", "4096", "-L", bootLabel, "-d", tree.string, "-E", "offset=\(boot)", file.string,
                "\((root - boot) >> 10)k",
            ])
        // Not all hosts' kernels can mount a FAT, and the installer takes the filesystem that it finds.
        try folder.write("options \(arguments)\n", to: "efi-\(name)/loader/entries/test.conf")
        try await command(
            "mkfs.ext4",
            [
                "-q", "-F", "-b", "4096", "-L", "EFI-SYSTEM", "-d", folder.appending("efi-\(name)").string, "-E",
                "offset=\(efi)", file.string, "\((boot - efi) >> 10)k",
            ])

        let noise = try bytes(0..<(1 << 20), of: "/dev/urandom")
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file.string))
        defer { try? handle.close() }
        for (offset, bytes) in [
            (0, Array("boot code".utf8)), (1 << 20, Array("GRUB".utf8)),
            // Noise, and zeros that must be written, too.
            (root, noise), (root + (2 << 20), Array(noise.prefix(4096))),
        ] {
            try handle.seek(toOffset: UInt64(offset))
            try handle.write(contentsOf: bytes)
        }
    }

    /// A file of so many bytes, none of which takes space.
    static func allocate(_ file: FilePath, bytes: Int) throws {
        let handle = try FileDescriptor.open(
            file, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
        defer { try? handle.close() }
        try handle.resize(to: Int64(bytes))
    }

    /// A part of a file.
    static func bytes(_ range: Range<Int>, of file: FilePath) throws -> [UInt8] {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: file.string))
        defer { try? handle.close() }
        try handle.seek(toOffset: UInt64(range.lowerBound))
        return Array(try handle.read(upToCount: range.count) ?? Data())
    }
}
