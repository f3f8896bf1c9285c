import Deployment
import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import DiskImage

@Suite struct SystemdBootTests {
    private static let program = "usr/lib/systemd/boot/efi/systemd-bootx64.efi"
    private static let entry = """
        title Fixture 1 (ostree:0)
        version 1
        options root=LABEL=root rw $ignition_firstboot $tuned_params ostree=/ostree/boot.1/fixture/abc/0
        linux /ostree/fixture-abc/vmlinuz-6.1.0
        initrd /ostree/fixture-abc/initramfs-6.1.0.img

        """

    private func files(
        _ entries: [String: String], first: KernelArguments = [], program: String = program
    ) throws -> [BootFile] {
        let fixture = try BootLoaderFixture([program: "sd-boot"])
        return try withExtendedLifetime(fixture.directory) {
            try SystemdBoot(fixture.files, basearch: "x86_64").files(
                entries: entries, firstBootArguments: first
            ) { .file(FilePath("/host\($0)"), size: 1) }
        }
    }

    @Test func theWholeBootIsOnTheEFISystemPartition() throws {
        let files = try files(
            ["ostree-1-fixture.conf": Self.entry], first: ["ignition.firstboot", "ip=dhcp"])
        #expect(
            files.texts == [
                "EFI/BOOT/BOOTX64.EFI": "sd-boot", "EFI/systemd/systemd-bootx64.efi": "sd-boot",
                "loader/loader.conf": "timeout 1\nconsole-mode keep\n", "loader/entries.srel": "type1\n",
                "loader/entries/ostree-1-fixture.conf": """
                title Fixture 1 (ostree:0)
                version 1
                options root=LABEL=root rw ignition.firstboot ip=dhcp ostree=/ostree/boot.1/fixture/abc/0
                linux /ostree/fixture-abc/vmlinuz-6.1.0
                initrd /ostree/fixture-abc/initramfs-6.1.0.img

                """,
                "ostree/fixture-abc/vmlinuz-6.1.0": "/host/ostree/fixture-abc/vmlinuz-6.1.0",
                "ostree/fixture-abc/initramfs-6.1.0.img": "/host/ostree/fixture-abc/initramfs-6.1.0.img",
            ])
    }

    @Test func deploymentsOfOneKernelShareIt() throws {
        let other = Self.entry.replacing("linux /ostree", with: "linux /boot/ostree").replacing(
            "initrd /ostree", with: "initrd /boot/ostree")
        let files = try files(["ostree-2-fixture.conf": Self.entry, "ostree-1-fixture.conf": other])
        #expect(files.count(where: { $0.path.hasPrefix("ostree/") }) == 2)
        #expect(files.count(where: { $0.path.hasPrefix("loader/entries/") }) == 2)
        #expect(
            files.texts["loader/entries/ostree-1-fixture.conf"]?.contains(
                "options root=LABEL=root rw ostree=/ostree/boot.1/fixture/abc/0\nlinux /ostree/fixture-abc/vmlinuz")
                == true)
    }

    @Test func theSignedProgramIsTaken() throws {
        let fixture = try BootLoaderFixture([Self.program: "plain", Self.program + ".signed": "signed"])
        let boot = try SystemdBoot(fixture.files, basearch: "x86_64")
        let files = boot.files(entries: [:], firstBootArguments: []) { _ in .bytes([]) }
        #expect(files.texts["EFI/systemd/systemd-bootx64.efi"] == "signed")
        #expect(throws: BootLoaderError.self) { try SystemdBoot(fixture.files, basearch: "aarch64") }
        #expect(throws: BootLoaderError.self) { try SystemdBoot(fixture.files, basearch: "ppc64le") }
    }

    @Test func aPlatformChangesTheKernelArguments() async throws {
        let directory = try TemporaryDirectory()
        let esp = directory.appending("esp")
        for (path, text) in try files(["ostree-1-fixture.conf": Self.entry]).texts {
            try directory.write(text, to: "esp/\(path)")
        }
        var digests: Set<String> = []
        for name in ["one", "two"] {
            let image = directory.appending(name)
            try SparseFile.create(image, size: 64 * .mebibyte)
            let extent = PartitionExtent(number: 2, role: .efiSystem, start: .mebibyte, size: 32 * .mebibyte)
            try await EFISystemWriter(image: image, sectorSize: 512, timestamp: 1_700_000_000).write(esp, to: extent)
            let patch = SystemdBootPatch(
                image: image, start: extent.start, timestamp: 1_700_000_000, workDirectory: directory.path)
            try await patch.apply { arguments in
                arguments.set("ignition.platform.id", to: "qemu")
                arguments.appendIfMissing("console=ttyS0,115200n8")
            }
            let entry = try await Command(
                "mtype", ["-i", "\(image)@@\(extent.start)", "::/loader/entries/ostree-1-fixture.conf"]
            ).run().text
            #expect(entry.contains("/fixture/abc/0 ignition.platform.id=qemu console=ttyS0,115200n8\nlinux /ostree/"))
            digests.insert(try Digest.ofFile(image))
        }
        #expect(digests.count == 1)
    }

    private static let script = FilePath(#filePath).removingLastComponent().appending(
        "../../manifests/demo/overlay.d/20systemd-boot/usr/libexec/boot-to-esp"
    ).lexicallyNormalized().string

    /// libostree writes a deployment while the last change is still being copied, and removes what was there before.
    @Test func aDeploymentThatIsWrittenMeanwhileIsCopiedToo() async throws {
        let directory = try TemporaryDirectory()
        let boot = directory.appending("boot")
        try directory.write(Self.entry, to: "boot/loader.0/entries/ostree-1-fixture.conf")
        for (index, kernel) in ["abc", "def"].enumerated() {
            try directory.write("kernel \(index)", to: "boot/ostree/fixture-\(kernel)/vmlinuz-6.1.0")
            try directory.write("initramfs", to: "boot/ostree/fixture-\(kernel)/initramfs-6.1.0.img")
        }
        let newer = Self.entry.replacingOccurrences(of: "fixture-abc", with: "fixture-def")
        try directory.write(newer, to: "boot/loader.1/entries/ostree-2-fixture.conf")
        try await Command("ln", ["-s", "loader.0", boot.appending("loader").string]).run()
        let realCopy = try await Command("which", ["cp"]).run().text
        // The first file that is copied is the moment.
        try directory.write(
            """
            #!/bin/sh
            cd \(boot)
            if [ -e loader.0 ]; then
              ln -s loader.1 loader.tmp
              mv -T loader.tmp loader
              rm -r loader.0 ostree/fixture-abc
            fi
            cd - >/dev/null
            exec \(realCopy) "$@"

            """, to: "bin/cp", mode: 0o755)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        try await Command(
            "sh", [Self.script, boot.string, directory.appending("esp").string],
            environment: ["PATH": "\(directory.appending("bin")):\(path)"]
        ).run()
        let esp = DirectoryFiles(directory.appending("esp"))
        #expect(try esp.files(below: "loader") == ["entries/ostree-2-fixture.conf"])
        #expect(
            try esp.files(below: "ostree") == ["fixture-def/initramfs-6.1.0.img", "fixture-def/vmlinuz-6.1.0"])
        #expect(try esp.read("ostree/fixture-def/vmlinuz-6.1.0") == Array("kernel 1".utf8))
    }

    /// What keeps the partition up to date later makes of libostree's files what the first image has.
    @Test(arguments: [true, false])
    func theSystemKeepsItUpToDate(isFirstBoot: Bool) async throws {
        let directory = try TemporaryDirectory()
        try directory.write(Self.entry, to: "boot/loader.0/entries/ostree-1-fixture.conf")
        try directory.write("kernel", to: "boot/ostree/fixture-abc/vmlinuz-6.1.0")
        try directory.write("initramfs", to: "boot/ostree/fixture-abc/initramfs-6.1.0.img")
        try await Command("ln", ["-s", "loader.0", directory.appending("boot/loader").string]).run()
        if isFirstBoot {
            try directory.write("set ignition_network_kcmdline=\"ip=dhcp\"\n", to: "boot/ignition.firstboot")
        }
        // Of a deployment that is gone.
        try directory.write("old", to: "esp/ostree/fixture-old/vmlinuz")
        try directory.write("old", to: "esp/loader/entries/ostree-2-fixture.conf")
        try directory.write("timeout 1\n", to: "esp/loader/loader.conf")
        func run() async throws {
            try await Command(
                "sh", [Self.script, directory.appending("boot").string, directory.appending("esp").string]
            ).run()
        }
        try await run()
        let expected = try files(
            ["ostree-1-fixture.conf": Self.entry], first: isFirstBoot ? ["ignition.firstboot", "ip=dhcp"] : [])
        let esp = DirectoryFiles(directory.appending("esp"))
        let entry = String(decoding: try #require(try esp.read("loader/entries/ostree-1-fixture.conf")), as: UTF8.self)
        #expect(entry == expected.texts["loader/entries/ostree-1-fixture.conf"])
        #expect(
            try esp.files(below: "ostree") == ["fixture-abc/initramfs-6.1.0.img", "fixture-abc/vmlinuz-6.1.0"])
        #expect(try esp.files(below: "loader") == ["entries/ostree-1-fixture.conf", "loader.conf"])
        #expect(try esp.read("ostree/fixture-abc/vmlinuz-6.1.0") == Array("kernel".utf8))
        try await run()
        #expect(try esp.files(below: "loader") == ["entries/ostree-1-fixture.conf", "loader.conf"])
    }
}
