import Foundation
import HostSystem
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import DiskImage

/// GRUB of a commit on machines without UEFI, with Debian's modules as the commit's.
@Suite(.timeLimit(.minutes(20))) struct FirmwareGRUBTests {
    private static let settings = "size: 2\nrootfs: ext4\n"
    private static let configuration = "usr/lib/bootupd/grub2-static"
    private static let files: [String: [UInt8]] = [
        "\(configuration)/grub-static-pre.cfg": Array(
            """
            search --label boot --set boot --no-floppy
            set root=$boot
            serial --unit=0 --speed=115200
            terminal_output serial
            if [ -f /ignition.firstboot ]; then
              echo "first boot of $prefix: $root"
            fi

            """.utf8),
        "\(configuration)/configs.d/50_end.cfg": Array("reboot\n".utf8),
        "\(configuration)/grub-static-efi.cfg": Array("search --label boot --set prefix\n".utf8),
        "usr/lib/bootupd/updates/EFI/debian/grubx64.efi": Array("MZ".utf8),
    ]

    /// The host's modules, as a commit's.
    private static func modules() throws -> [String: [UInt8]] {
        let folder: FilePath = "/usr/lib/grub/i386-pc"
        var files: [String: [UInt8]] = [:]
        for name in FileContent.names(in: folder) {
            files["usr/lib/grub/i386-pc/\(name)"] = try FileContent.read(folder.appending(name))
        }
        return files
    }

    private func fixture() async throws -> DiskFixture {
        try await DiskFixture(files: Self.files.merging(try Self.modules()) { $1 })
    }

    @Test(arguments: [false, true])
    func aBIOSMachineReadsTheConfigurationOfTheBootPartition(isSecondDisk: Bool) async throws {
        let fixture = try await fixture()
        defer { fixture.keep() }
        let image = try await RawImageBuilder().build(fixture.request("disk", imageConfig: Self.settings))
        // What the first boot does, and no search by UUID would survive.
        let boot = try image.partition(.boot)
        try await Command(
            "tune2fs", ["-U", "01234567-89ab-4cde-8f01-23456789abcd", "\(image.file)?offset=\(boot.start)"]
        ).run()
        var drives = [
            "-drive", "if=none,id=os,format=raw,file=\(image.file)", "-device", "ide-hd,drive=os,bus=ide.1,bootindex=1",
        ]
        if isSecondDisk {
            let other = fixture.directory.appending("other.raw")
            try SparseFile.create(other, size: 64 << 20)
            drives += ["-drive", "if=none,id=data,format=raw,file=\(other)", "-device", "ide-hd,drive=data,bus=ide.0"]
        }
        let console = try await Command(
            "timeout",
            ["120", "qemu-system-x86_64", "-accel", "tcg", "-m", "128", "-display", "none", "-nic", "none"]
                + ["-no-reboot", "-serial", "stdio"] + drives
        ).capture().text
        #expect(console.contains("first boot of (hd0,gpt3)/grub2: hd0,gpt3"), "\(console)")
    }

    @Test func theDiskHasWhatGRUBInstallLeaves() async throws {
        let fixture = try await fixture()
        defer { fixture.keep() }
        let image = try await RawImageBuilder().build(fixture.request("disk", imageConfig: Self.settings))
        let again = try await RawImageBuilder().build(fixture.request("again", imageConfig: Self.settings))
        #expect(try Digest.ofFile(image.path) == Digest.ofFile(again.path))
        let boot = try image.partition(.boot)
        let names = Set(
            try await DiskFixture.debugfs("ls -p /grub2/i386-pc", image.path, boot).split(separator: "\n").compactMap {
                $0.split(separator: "/", omittingEmptySubsequences: false).dropFirst(5).first.map(String.init)
            })
        #expect(names.isSuperset(of: ["normal.mod", "command.lst", "modinfo.sh", "boot.img", "core.img"]))
        // The parts of the core image are in it already.
        #expect(!names.contains("kernel.img") && !names.contains("lzma_decompress.img"))
        let core = fixture.directory.appending("core.img")
        _ = try await DiskFixture.debugfs("dump /grub2/i386-pc/core.img \(core)", image.path, boot)
        let bytes = try FileContent.read(core)
        let written = try SparseFile.read(image.path, at: image.partition(.biosBoot).start, count: bytes.count)
        // But for the number of the image's second sector, which is the disk's.
        #expect(written[..<0x1f4] == bytes[..<0x1f4] && written[0x1fc...] == bytes[0x1fc...])
        #expect(written[0x1f4] == 1 && written[0x1f5] == 8)
    }

    @Test func disksOfLargeSectorsAndCommitsWithoutModulesHaveUEFIAlone() async throws {
        let lines = Mutex<[String]>([])
        func bootCode(_ fixture: DiskFixture, sectorSize: Int) async throws -> [UInt8] {
            let builder = RawImageBuilder { line in lines.withLock { $0.append(line) } }
            let image = try await builder.build(
                fixture.request("disk", imageConfig: Self.settings, sectorSize: sectorSize))
            let boot = try image.partition(.boot)
            #expect(try await !DiskFixture.debugfs("ls /grub2", image.path, boot).contains("i386-pc"))
            return try SparseFile.read(image.path, at: 0, count: 440)
        }
        let line = "The commit ships no /usr/lib/grub/i386-pc: the disk boots with UEFI only"
        let whole = try await fixture()
        defer { whole.keep() }
        #expect(try await bootCode(whole, sectorSize: 4096).allSatisfy { $0 == 0 })
        #expect(!lines.withLock { $0.contains(line) })
        let bare = try await DiskFixture(files: Self.files)
        defer { bare.keep() }
        #expect(try await bootCode(bare, sectorSize: 512).allSatisfy { $0 == 0 })
        #expect(lines.withLock { $0.contains(line) })
    }

    private func openFirmware() throws -> FirmwareGRUB {
        let fixture = try BootLoaderFixture(["usr/lib/grub/powerpc-ieee1275/moddep.lst": ""])
        return try #require(try FirmwareGRUB(fixture.files, basearch: "ppc64le", sectorSize: 4096))
    }

    @Test func openFirmwareFindsTheProgramAtThePartitionsBeginning() throws {
        let grub = try openFirmware()
        let directory = try TemporaryDirectory()
        let image = directory.appending("disk.raw")
        try SparseFile.create(image, size: 8 << 20)
        let extent = PartitionExtent(number: 1, role: .prep, start: 1 << 20, size: 4 << 20)
        let core = Array("\u{7f}ELF".utf8)
        let installer = GRUBInstaller(workDirectory: directory.path)
        try installer.install(grub, core: core, on: image, at: extent)
        #expect(try SparseFile.read(image, at: 0, count: 8 << 20).firstIndex { $0 != 0 } == 1 << 20)
        #expect(try SparseFile.read(image, at: extent.start, count: 5) == core + [0])
        let large = [UInt8](repeating: 1, count: 4 << 20 + 1)
        let error = #expect(throws: DiskImageError.self) {
            try installer.install(grub, core: large, on: image, at: extent)
        }
        #expect(error?.description == "GRUB's core image has 4194305 bytes and its partition 4194304")
    }

    @Test func whatIsMissingIsNamed() async throws {
        let fixture = try await DiskFixture(files: Self.files)
        defer { fixture.keep() }
        var request = try fixture.request("disk", imageConfig: Self.settings)
        request.basearch = "ppc64le"
        let missing = await #expect(throws: BootLoaderError.self) { try await RawImageBuilder().build(request) }
        #expect(
            missing?.description
                == "the commit has no /usr/lib/grub/powerpc-ieee1275, which grub-bls needs; it is in the package "
                + "grub2-ppc64le-modules")
        let empty = try BootLoaderFixture(["usr/lib/grub/i386-pc/moddep.lst": ""])
        let grub = try #require(try FirmwareGRUB(empty.files, basearch: "x86_64", sectorSize: 512))
        let extent = PartitionExtent(number: 1, role: .biosBoot, start: 1 << 20, size: 1 << 20)
        let error = #expect(throws: BootLoaderError.self) {
            try GRUBInstaller(workDirectory: "/").install(grub, core: [], on: "/dev/null", at: extent)
        }
        #expect(
            error?.description
                == "the commit has no /usr/lib/grub/i386-pc/boot.img, which grub-bls needs; it is in the package "
                + "grub2-pc-modules")
    }

    @Test func bootupdIsToldOfIt() throws {
        let metadata = #"{"timestamp":"2025-02-01T10:00:00Z","version":"grub2-tools-1:2.12-1"}"#
        func state(_ basearch: String, sectorSize: Int = 512) throws -> BootupdState? {
            let fixture = try BootLoaderFixture(
                BootLoaderFixture.configuration.merging(BootLoaderFixture.programs("usr/lib/bootupd/updates/EFI")) {
                    $1
                }
                .merging([
                    "usr/lib/bootupd/updates/BIOS.json": metadata,
                    "usr/lib/grub/i386-pc/moddep.lst": "", "usr/lib/grub/powerpc-ieee1275/moddep.lst": "",
                ]) { $1 })
            let texts = try StaticGRUB(
                fixture.files, basearch: basearch, sectorSize: sectorSize, bootUUID: nil, timestamp: 1
            ).content().boot.texts
            return try texts["bootupd-state.json"].map {
                try JSONDecoder().decode(BootupdState.self, from: Data($0.utf8))
            }
        }
        for basearch in ["x86_64", "ppc64le"] {
            let installed = try #require(try state(basearch)).installed
            #expect(installed.keys.sorted() == ["BIOS"])
            #expect(installed["BIOS"]?.meta.version == "grub2-tools-1:2.12-1" && installed["BIOS"]?.filetree == nil)
        }
        #expect(try state("x86_64", sectorSize: 4096) == nil)
    }
}
