import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import DiskImage

/// Disks of commits that ship a boot loader of their own.
@Suite struct BootLoaderDiskTests {
    private static let program = Array("MZ a boot program".utf8)
    private static let settings = "size: 2\nrootfs: ext4\nignition-network-kcmdline: [ip=dhcp]\n"

    private func listing(_ image: FilePath, _ partition: PartitionExtent) async throws -> [String] {
        try await Command("mdir", ["-b", "-/", "-i", "\(image)@@\(partition.start)", "::"]).run().text
            .split(separator: "\n").map(String.init)
    }

    private func text(_ path: String, _ image: FilePath, _ partition: PartitionExtent) async throws -> String {
        try await Command("mtype", ["-i", "\(image)@@\(partition.start)", path]).run().text
    }

    @Test func systemdBootHasItsEntriesAndKernelsOnTheEFISystemPartition() async throws {
        let fixture = try await DiskFixture(files: [
            "usr/lib/systemd/boot/efi/systemd-bootx64.efi": Self.program
        ])
        defer { fixture.keep() }
        let image = try await RawImageBuilder().build(fixture.request("disk", imageConfig: Self.settings))
        #expect(image.bootLoader == .systemdBoot)
        let efi = try image.partition(.efiSystem)
        #expect(efi.size == 512 << 20)
        let names = try await listing(image.path, efi)
        #expect(names.contains("::/EFI/BOOT/BOOTX64.EFI") && names.contains("::/EFI/systemd/systemd-bootx64.efi"))
        #expect(names.contains { $0.hasPrefix("::/ostree/fixture-") && $0.contains("/vmlinuz-6.1.0-fixture") })
        let entry = "::/loader/entries/ostree-1-fixture.conf"
        let options = try await text(entry, image.path, efi)
        #expect(options.contains("options root=LABEL=root rw ignition.firstboot ip=dhcp ignition.platform.id=metal "))
        let check = try await Command(
            "sh",
            [
                "-c", "tail -c +\(efi.start + 1) \"$1\" | head -c \(efi.size) >\"$2\" && fsck.vfat -n \"$2\"", "sh",
                image.file, fixture.directory.appending("esp").string,
            ]
        ).capture()
        #expect(check.status == 0, "\(check.text)")
        // No BIOS boots it, and libostree writes no configuration of another boot loader.
        #expect(try SparseFile.read(image.path, at: 0, count: 440).allSatisfy { $0 == 0 })
        let boot = try image.partition(.boot)
        #expect(try await !DiskFixture.debugfs("ls /", image.path, boot).contains("syslinux"))

        let before = try Digest.ofFile(image.path)
        let output = fixture.directory.appending("qemu.raw")
        let scratch = fixture.directory.appending("scratch")
        try FileContent.createDirectory(scratch)
        let disk = try await image.disk(for: Platform.named("qemu", basearch: "x86_64"), scratch: scratch)
        #expect(try Digest.ofFile(image.path) == before)
        try SparseFile.copy(image.path, to: output)
        for piece in disk.patch.pieces where piece.offset < image.size {
            try SparseFile.write(piece.bytes, to: output, at: piece.offset)
        }
        let patched = try await text(entry, output, efi)
        #expect(patched.contains(" ignition.platform.id=qemu ") && patched.contains(" console=ttyS0,115200n8"))
        #expect(
            try await DiskFixture.debugfs("cat /loader/entries/ostree-1-fixture.conf", output, boot)
                .contains(" $ignition_firstboot ignition.platform.id=qemu "))
    }

    @Test func aGRUBOfTheCommitHasItsConfigurationAndPrograms() async throws {
        let configuration = "usr/lib/bootupd/grub2-static"
        let fixture = try await DiskFixture(files: [
            "\(configuration)/grub-static-pre.cfg": Array("set timeout=1\n".utf8),
            "\(configuration)/grub-static-efi.cfg": Array("search --label boot --set prefix\n".utf8),
            "\(configuration)/configs.d/10_blscfg.cfg": Array("blscfg\n".utf8),
            "usr/lib/bootupd/updates/EFI/fedora/shimx64.efi": Self.program,
            "usr/lib/bootupd/updates/EFI/fedora/grubx64.efi": Self.program,
            "usr/lib/systemd/boot/efi/systemd-bootx64.efi": Self.program,
        ])
        defer { fixture.keep() }
        let image = try await RawImageBuilder().build(fixture.request("disk", imageConfig: Self.settings))
        #expect(image.bootLoader == .grubBLS)
        let names = try await listing(image.path, image.partition(.efiSystem))
        for name in ["fedora/shimx64.efi", "fedora/grubx64.efi", "fedora/grub.cfg", "BOOT/BOOTX64.EFI"] {
            #expect(names.contains("::/EFI/\(name)"), "\(name)")
        }
        let boot = try image.partition(.boot)
        let text = try await DiskFixture.debugfs("cat /grub2/grub.cfg", image.path, boot)
        #expect(text.contains("set timeout=1\n") && text.contains("\nblscfg\n"))
        // The UUID is one for all disks until the first boot.
        #expect(try await !DiskFixture.debugfs("ls /grub2", image.path, boot).contains("bootuuid.cfg"))
        let root = try image.partition(.root)
        let repository = try await DiskFixture.debugfs("cat /ostree/repo/config", image.path, root)
        #expect(repository.contains("bootloader=none\n"))
        #expect(repository.hasSuffix("bls-append-except-default=grub_users=\"\""))
        #expect(try await DiskFixture.problems(image.path, boot) == "")
    }

    @Test func aWishForWhatIsNotThereNamesFileAndPackage() async throws {
        let fixture = try await DiskFixture()
        defer { fixture.keep() }
        func refusal(_ loader: String) async throws -> String {
            let request = try fixture.request("disk", imageConfig: Self.settings + "bootloader: \(loader)\n")
            let error = await #expect(throws: BootLoaderError.self) { try await RawImageBuilder().build(request) }
            return "\(try #require(error))"
        }
        #expect(
            try await refusal("systemd-boot")
                == "the commit has no /usr/lib/systemd/boot/efi/systemd-bootx64.efi, which systemd-boot needs; it is in the "
                + "package systemd-boot-efi (Debian) or systemd-boot-unsigned (Fedora)")
        #expect(
            try await refusal("lilo")
                == "image.yaml: there is no `bootloader: lilo`; known are auto, grub, systemd-boot")
    }

    @Test func aDiskForZiplHasItsPartitionsAndEntries() async throws {
        let fixture = try await DiskFixture()
        defer { fixture.keep() }
        var request = try fixture.request("disk", imageConfig: Self.settings)
        request.basearch = "s390x"
        let image = try await RawImageBuilder().build(request)
        #expect(image.bootLoader == .zipl)
        let dump = try await Command("sfdisk", ["--dump", image.file]).run().text
        #expect(dump.contains("type=5EEAD9A9-FE09-4A1E-A1D7-520D00531306") && !dump.contains("EFI-SYSTEM"))
        let boot = try image.partition(.boot)
        #expect(try await DiskFixture.debugfs("ls /loader/entries", image.path, boot).contains("ostree-1-fixture.conf"))
    }
}
