import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import DiskImage

/// What a live ISO image boots with; the programs of Fedora are not here, so the structure is what is judged.
@Suite struct ISOBootTests {
    private static let live: [String: [UInt8]] = [
        "EFI/vendor/grub.cfg": Array("menu\n".utf8), "isolinux/boot.msg": Array("hello\n".utf8),
        "zipl.prm": [], "README-devel.md": [],
    ]

    private func build(
        _ fixture: BootLoaderFixture, _ files: [String: [UInt8]] = live, basearch: String = "x86_64"
    ) async throws -> ISOBoot {
        let work = fixture.directory.appending("work")
        try FileContent.createDirectory(work)
        return try await ISOBootBuilder(
            basearch: basearch, commit: fixture.files, timestamp: 1_700_000_000, workDirectory: work
        ).build(files, volumeID: "demo-1")
    }

    /// The files of an EFI system partition with their content.
    private func programs(_ boot: ISOBoot, in directory: TemporaryDirectory) async throws -> [String: String] {
        let output = directory.appending("efi-read")
        try FileContent.createDirectory(output)
        try await Command("mcopy", ["-s", "-i", boot.efiSystem.string, "::/EFI", output.string]).run()
        let names = try FileManager.default.subpathsOfDirectory(atPath: output.string).map(output.appending)
        return Dictionary(
            uniqueKeysWithValues: try names.filter { !FileContent.isDirectory($0) }.map {
                (
                    String($0.string.dropFirst(output.string.utf8.count + 1)),
                    String(decoding: try FileContent.read($0), as: UTF8.self)
                )
            })
    }

    @Test func theCommitsProgramsAreThoseOfRemovableMedia() async throws {
        let fixture = try BootLoaderFixture.fedora()
        try fixture.directory.write("list", to: "usr/lib/bootupd/updates/EFI/fedora/BOOTX64.CSV")
        let boot = try await build(fixture)
        let stub = """
            search --no-floppy --set=root --label "demo-1"
            set prefix=($root)/EFI/fedora
            configfile $prefix/grub.cfg

            """
        // No program that enters the medium into the firmware's list, and shim once.
        #expect(
            try await programs(boot, in: fixture.directory) == [
                "EFI/BOOT/BOOTX64.EFI": "shim", "EFI/BOOT/grubx64.efi": "grub", "EFI/BOOT/mmx64.efi": "mok",
                "EFI/BOOT/grub.cfg": stub,
            ])
        try await Command("grub-script-check", [try fixture.directory.write(stub, to: "grub.cfg").string]).run()
        // The folder has the name by which the vendor's GRUB looks for it.
        #expect(boot.files["EFI/fedora/grub.cfg"] == Array("menu\n".utf8))
        #expect(
            boot.files.keys.sorted() == ["EFI/fedora/grub.cfg", "boot/grub/eltorito.img", "isolinux/boot.msg"])
        #expect(boot.bios?.loader == .grub)
    }

    @Test func aCommitWithoutProgramsBootsWithTheHosts() async throws {
        let fixture = try BootLoaderFixture()
        let boot = try await build(fixture)
        let programs = try await programs(boot, in: fixture.directory)
        #expect(Array(programs.keys) == ["EFI/BOOT/BOOTX64.EFI"])
        #expect(programs["EFI/BOOT/BOOTX64.EFI"]?.contains("set prefix=($root)/EFI/vendor") == true)
        let core = try #require(boot.files["boot/grub/eltorito.img"])
        #expect(core.count > 2048)
    }

    @Test func isolinuxIsUsedWhereItIsConfigured() async throws {
        var files = Self.live
        files["isolinux/isolinux.cfg"] = Array("menu\n".utf8)
        files["isolinux/ldlinux.c32"] = Array("mine\n".utf8)
        let boot = try await build(BootLoaderFixture(), files)
        #expect(boot.bios?.loader == .isolinux && boot.bios?.program == "isolinux/isolinux.bin")
        #expect(boot.files["isolinux/vesamenu.c32"] != nil && boot.files["boot/grub/eltorito.img"] == nil)
        // The configuration's own files go before the host's.
        #expect(boot.files["isolinux/ldlinux.c32"] == Array("mine\n".utf8))
    }

    @Test func oneConfigurationIsNeeded() async throws {
        let none = await #expect(throws: DiskImageError.self) { try await build(BootLoaderFixture(), [:]) }
        #expect(none?.description.hasPrefix("a live image needs one live/EFI/<vendor>/grub.cfg in the conf") == true)
        let two = await #expect(throws: DiskImageError.self) {
            try await build(BootLoaderFixture(), ["EFI/a/grub.cfg": [], "EFI/b/grub.cfg": []])
        }
        #expect(two?.description.contains("commit has live/EFI/a/grub.cfg, live/EFI/b/grub.cfg; see docs") == true)
        let other = await #expect(throws: DiskImageError.self) {
            try await build(BootLoaderFixture(), basearch: "s390x")
        }
        #expect(
            other?.description == "live images for s390x cannot be made: there are those for aarch64, x86_64")
    }
}
