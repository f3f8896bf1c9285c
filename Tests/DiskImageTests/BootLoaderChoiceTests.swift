import HostSystem
import OSTree
import SystemPackage
import TestSupport
import Testing
import Treefile

@testable import DiskImage

@Suite struct BootLoaderChoiceTests {
    private static let systemd = ["usr/lib/systemd/boot/efi/systemd-bootx64.efi": "sd"]

    private func choose(
        _ wish: BootLoaderWish = .auto, _ basearch: String = "x86_64", _ files: [String: String] = [:]
    ) throws -> BootLoaderChoice {
        let fixture = try BootLoaderFixture(files)
        return try withExtendedLifetime(fixture.directory) {
            try BootLoaderChoice.choose(wish, basearch: basearch, files: fixture.files)
        }
    }

    @Test func whatTheCommitShipsDecides() throws {
        let grub = BootLoaderFixture.configuration
        #expect(try choose() == .grubSyslinux)
        #expect(try choose(.auto, "x86_64", Self.systemd) == .systemdBoot)
        #expect(try choose(.auto, "x86_64", grub) == .grubBLS)
        #expect(try choose(.auto, "x86_64", grub.merging(Self.systemd) { $1 }) == .grubBLS)
        #expect(try choose(.auto, "aarch64", Self.systemd) == .grubSyslinux)
        #expect(try choose(.auto, "ppc64le", Self.systemd) == .grubSyslinux)
        #expect(try choose(.auto, "ppc64le", grub) == .grubBLS)
        #expect(try choose(.auto, "s390x", grub) == .zipl)
    }

    @Test func whatIsAskedForWins() throws {
        let both = BootLoaderFixture.configuration.merging(Self.systemd) { $1 }
        #expect(try choose(.systemdBoot, "x86_64", both) == .systemdBoot)
        #expect(try choose(.grub, "x86_64", both) == .grubBLS)
        #expect(try choose(.grub, "x86_64", Self.systemd) == .grubSyslinux)
    }

    @Test func whatIsNotThereIsNamed() throws {
        func message(_ wish: BootLoaderWish, _ basearch: String) throws -> String {
            try #require(throws: BootLoaderError.self) { try choose(wish, basearch) }.description
        }
        #expect(
            try message(.systemdBoot, "aarch64")
                == "the commit has no /usr/lib/systemd/boot/efi/systemd-bootaa64.efi, which systemd-boot needs; it is in the "
                + "package systemd-boot-efi (Debian) or systemd-boot-unsigned (Fedora)")
        #expect(
            try message(.systemdBoot, "ppc64le")
                == "image.yaml: `bootloader: systemd-boot` is not possible on ppc64le")
        #expect(try message(.grub, "s390x") == "image.yaml: `bootloader: grub` is not possible on s390x")
    }

    @Test func imageConfigNamesIt() throws {
        let directory = try TemporaryDirectory()
        func wish(_ yaml: String) throws -> BootLoaderWish {
            let image = try ImageConfig.load(try directory.write(yaml, to: "image.yaml"))
            return try BootLoaderWish(imageConfig: image.bootLoader)
        }
        #expect(try wish("size: 4\n") == .auto)
        #expect(try wish("bootloader: systemd-boot\n") == .systemdBoot)
        let error = try #require(throws: BootLoaderError.self) { try wish("bootloader: lilo\n") }
        #expect(
            error.description == "image.yaml: there is no `bootloader: lilo`; known are auto, grub, systemd-boot")
    }

    @Test func commitsAreReadAsDirectoriesAre() async throws {
        let directory = try TemporaryDirectory()
        var content = BootLoaderFixture.programs("usr/lib/efi/shim/15.8/EFI").mapValues { Array($0.utf8) }
        content["usr/lib/top"] = [1]
        let tree = try await OSTreeFixture(in: directory, files: content)
        let commit = OSTreeCommitFiles(try Repository.open(tree.repository), commit: tree.commit)
        let folder = DirectoryFiles(directory.appending("tree"))
        for path in ["usr/lib", "usr/lib/efi/shim", "usr/none", "usr/lib/top"] {
            let (one, other) = (try commit.list(path), try folder.list(path))
            #expect(one?.files == other?.files && one?.directories == other?.directories, "\(path)")
        }
        for path in ["usr/lib/top", "usr/lib", "usr/lib/none", "usr/lib/efi/shim/15.8/EFI/fedora/shimx64.efi"] {
            #expect(try commit.read(path) == folder.read(path), "\(path)")
        }
        #expect(try commit.files(below: "usr/lib/efi") == folder.files(below: "usr/lib/efi"))
        #expect(try commit.files(below: "usr/lib/efi").count == 5)
    }
}
