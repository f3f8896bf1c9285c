import DiskImage
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import LiveBuild

/// ISO images in machines: firmware, boot loader and kernel, from a CD and from a USB stick.
@Suite(.serialized, .timeLimit(.minutes(20))) struct ISOFirmwareTests {
    private static let kernel = "/images/pxeboot/vmlinuz"

    private enum Firmware { case bios, uefi, secureBoot }

    /// GRUB's menu; the kernel finds no root filesystem and restarts the machine, which ends it.
    private static func menu(_ loader: String = "grub") -> [String: String] {
        let text = """
            set timeout=0
            menuentry 'Kernel' {
              linux \(kernel) console=ttyS0 panic=-1 loader=\(loader)
            }

            """
        return ["EFI/vendor/grub.cfg": text]
    }
    private static let isolinux = """
        default linux
        label linux
          kernel \(kernel)
          append console=ttyS0 panic=-1 loader=isolinux

        """

    @Test func theHostsGRUBStartsAKernelOnBothFirmwares() async throws {
        let directory = try TemporaryDirectory()
        let image = try await image(Self.menu(), in: directory)
        try await checkStart(image, .bios, loader: "grub", in: directory)
        try await checkStart(image, .uefi, loader: "grub", in: directory)
    }

    @Test func isolinuxStartsAKernel() async throws {
        let directory = try TemporaryDirectory()
        let files = Self.menu().merging(["isolinux/isolinux.cfg": Self.isolinux]) { $1 }
        let image = try await image(files, in: directory)
        try await checkStart(image, .bios, loader: "isolinux", in: directory)
    }

    /// Debian's programs as a commit ships them, which Microsoft and Debian signed.
    @Test func aCommitsSignedProgramsStartASignedKernelWithSecureBoot() async throws {
        let directory = try TemporaryDirectory()
        let programs = "usr/lib/bootupd/updates/EFI"
        try directory.write("", to: "commit/usr/lib/bootupd/grub2-static/grub-static-pre.cfg")
        let (shim, signed) = ("/usr/lib/shim/shimx64.efi.signed", "/usr/lib/grub/x86_64-efi-signed")
        for (source, name) in [
            (shim, "BOOT/BOOTX64.EFI"), (shim, "debian/shimx64.efi"),
            ("\(signed)/grubx64.efi.signed", "debian/grubx64.efi"),
        ] {
            let file = directory.appending("commit/\(programs)/\(name)")
            try FileContent.createDirectory(file.removingLastComponent())
            try AtomicFile.write(FileContent.read(FilePath(source)), to: file)
        }
        let image = try await image(Self.menu(), in: directory)
        let consoles = try await checkStart(image, .secureBoot, loader: "grub", in: directory)
        for console in consoles { #expect(console.contains("Secure boot enabled"), "\(console)") }

        let unsigned = try TemporaryDirectory()
        let refused = try await self.image(Self.menu("unsigned"), volumeID: "unsigned-1", in: unsigned)
        let console = try await Self.console(
            of: [(refused, asDisk: false), (image, asDisk: true)], .secureBoot, in: directory)
        #expect(console.contains("Access Denied") && !console.contains("loader=unsigned"), "\(console)")
        #expect(console.contains("loader=grub"), "\(console)")
    }

    /// An image with a kernel of the host and the boot loaders' files.
    private func image(
        _ files: [String: String], volumeID: String = "firmware-1", in directory: TemporaryDirectory
    ) async throws -> FilePath {
        let (commit, work, tree) = (
            directory.appending("commit"), directory.appending("work"), directory.appending("tree")
        )
        for folder in [commit, work, tree] { try FileContent.createDirectory(folder) }
        let boot = try await ISOBootBuilder(
            basearch: "x86_64", commit: DirectoryFiles(commit), timestamp: 1_700_000_000, workDirectory: work
        ).build(files.mapValues { Array($0.utf8) }, volumeID: volumeID)
        var content = boot.files
        content[ISOBootBuilder.efiSystem] = try FileContent.read(boot.efiSystem)
        content[Self.kernel] = try FileContent.read(HostKernel.any())
        for (path, bytes) in content {
            let file = tree.appending(path)
            try FileContent.createDirectory(file.removingLastComponent())
            try AtomicFile.write(bytes, to: file)
        }
        let image = directory.appending("image.iso")
        try await ISOMaster(volumeID: volumeID, timestamp: 1_700_000_000, seed: "seed")
            .write(tree, bios: boot.bios, to: image)
        return image
    }

    /// Starts an image as a CD and as a disk, and returns the consoles.
    @discardableResult
    private func checkStart(
        _ image: FilePath, _ firmware: Firmware, loader: String, in directory: TemporaryDirectory
    ) async throws -> [String] {
        var consoles: [String] = []
        for asDisk in [false, true] {
            let console = try await Self.console(of: [(image, asDisk)], firmware, in: directory)
            let started = console.contains("Command line: BOOT_IMAGE=") && console.contains("loader=\(loader)")
            #expect(started && console.contains("Kernel panic"), "\(firmware), as a disk: \(asDisk): \(console)")
            consoles.append(console)
        }
        return consoles
    }

    /// What a machine with these media prints until it restarts; the firmware tries them in their order.
    private static func console(
        of media: [(image: FilePath, asDisk: Bool)], _ firmware: Firmware, in directory: TemporaryDirectory
    ) async throws -> String {
        let drives = media.enumerated().flatMap { index, medium in
            let (id, device) = ("medium\(index)", medium.asDisk ? "virtio-blk-pci" : "ide-cd")
            return [
                "-drive", "if=none,id=\(id),format=raw,readonly=on,file=\(medium.image)",
                "-device", "\(device),drive=\(id),bootindex=\(index)",
            ]
        }
        return try await Command(
            "timeout",
            ["300", "qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "512", "-display", "none"]
                + ["-nic", "none", "-no-reboot", "-serial", "stdio", "-monitor", "none"]
                + machine(firmware, in: directory) + drives
        ).capture().text
    }

    private static func machine(_ firmware: Firmware, in directory: TemporaryDirectory) throws -> [String] {
        let ovmf = FilePath("/usr/share/OVMF")
        let (code, variables) =
            switch firmware {
            case .bios: ("", "")
            case .uefi: ("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd")
            case .secureBoot: ("OVMF_CODE_4M.ms.fd", "OVMF_VARS_4M.ms.fd")
            }
        guard firmware != .bios else { return ["-machine", "q35"] }
        let mine = directory.appending(variables)
        try AtomicFile.write(FileContent.read(ovmf.appending(variables)), to: mine)
        return [
            "-machine", "q35,smm=on", "-global", "driver=cfi.pflash01,property=secure,value=on",
            "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=\(ovmf.appending(code))",
            "-drive", "if=pflash,unit=1,format=raw,file=\(mine)",
        ]
    }
}

/// A kernel of the host, signed by its distribution.
private enum HostKernel {
    static func any() throws -> FilePath {
        let name = FileContent.names(in: "/boot").first { $0.hasPrefix("vmlinuz-") }
        return FilePath("/boot").appending(try #require(name, "there is no kernel in /boot"))
    }
}
