import Ext2fs
import Foundation
import HostSystem
import SystemPackage
import Testing

@testable import VirtualMachine

/// Real tools: a GPT with an ext4 boot partition below a qcow2 overlay.
@Suite(.serialized, .timeLimit(.minutes(3))) struct BootArgumentsTests {
    private let folder: TemporaryFolder
    private var raw: FilePath { folder.path.appending("image.raw") }
    private var overlay: FilePath { folder.path.appending("overlay.qcow2") }

    private static let entry = "title Demo\nlinux /vmlinuz\noptions root=LABEL=root rw\n"
    private static let syslinux = "TIMEOUT 1\nLABEL Demo\n    APPEND root=LABEL=root rw $ignition_firstboot\n"

    init() throws { folder = try TemporaryFolder(prefix: "boot, arguments") }

    private func makeImage(label: String = "boot", platform: String? = nil) async throws {
        let boot = folder.path.appending("tree")
        try FileContent.createDirectory(boot.appending("loader/entries"))
        let entry = platform.map { Self.entry.dropLast() + " ignition.platform.id=\($0)\n" } ?? Self.entry
        try AtomicFile.write(Array(entry.utf8), to: boot.appending("loader/entries/ostree-1.conf"))
        try AtomicFile.write(Array(Self.syslinux.utf8), to: boot.appending("loader/syslinux.cfg"))
        try AtomicFile.write(Array("# first boot\n".utf8), to: boot.appending("ignition.firstboot"))
        try await Command("truncate", ["--size=24M", raw.string]).run()
        try await Command("sfdisk", ["-q", raw.string]).run(
            input: Array(
                "label: gpt\nstart=2048, size=4096, name=EFI-SYSTEM\nstart=8192, size=32768, name=\(label)\n".utf8))
        try await Command(
            "mke2fs", ["-q", "-t", "ext4", "-d", boot.string, "-E", "offset=\(8192 * 512)", raw.string, "16M"]
        ).run()
        try await Command(
            "qemu-img", ["create", "-q", "-f", "qcow2", "-F", "raw", "-b", raw.string, overlay.string]
        ).run()
    }

    private func read(_ path: String) async throws -> String {
        try await DiskExport.withRawDisk(of: overlay, scratch: folder.path) { disk in
            let filesystem = try Ext4Filesystem(path: disk, offset: 8192 * 512, timestamp: 1)
            return String(decoding: try filesystem.read(path), as: UTF8.self)
        }
    }

    @Test func argumentsAreInTheOverlayAndNotInTheImage() async throws {
        defer { folder.remove() }
        try await makeImage()
        let before = try Digest.ofFile(raw)
        try await BootArguments(everyBoot: "enforcing=0 x=\"a b\"", firstBoot: "rd.neednet=1").write(
            to: overlay, scratch: folder.path)
        #expect(
            try await read("/loader/entries/ostree-1.conf")
                == "title Demo\nlinux /vmlinuz\noptions root=LABEL=root rw enforcing=0 x=\"a b\"\n")
        #expect(
            try await read("/loader/syslinux.cfg")
                == "TIMEOUT 1\nLABEL Demo\n    APPEND root=LABEL=root rw $ignition_firstboot enforcing=0 x=\"a b\"\n")
        #expect(try await read("/ignition.firstboot") == "set ignition_network_kcmdline=\"rd.neednet=1\"\n")
        #expect(try Digest.ofFile(raw) == before)
        #expect(!FileContent.exists(folder.path.appending("disk.raw")))
        try await Command("qemu-img", ["check", "-q", overlay.string]).run()
    }

    /// systemd-boot reads copies of the entries, in which nothing stands for the arguments of the first boot.
    @Test func argumentsAreInTheEntriesOnTheEFISystemPartitionToo() async throws {
        defer { folder.remove() }
        try await makeImage()
        let files = [
            "ostree-2.conf": "title Demo\noptions ignition.firstboot root=LABEL=root rw\n",
            "ostree-1.conf": "options root=LABEL=root rw\n", "entries.srel": "type1\n",
        ]
        let partition = ["-i", "\(raw)@@\(2048 * 512)"]
        try await Command("mkfs.vfat", ["--offset", "2048", raw.string, "2048"]).run()
        try await Command("mmd", partition + ["::/loader", "::/loader/entries"]).run()
        for (name, text) in files {
            let file = folder.path.appending(name)
            try AtomicFile.write(Array(text.utf8), to: file)
            try await Command("mcopy", partition + [file.string, "::/loader/entries/\(name)"]).run()
        }
        try await BootArguments(everyBoot: "enforcing=0", firstBoot: "rd.neednet=1").write(
            to: overlay, scratch: folder.path)
        let found = try await DiskExport.withRawDisk(of: overlay, scratch: folder.path) { disk in
            var texts: [String: String] = [:]
            for name in files.keys {
                let source = ["-i", "\(disk)@@\(2048 * 512)", "::/loader/entries/\(name)"]
                let bytes = try await Command("mtype", source).run().standardOutput
                texts[name] = String(decoding: bytes, as: UTF8.self)
            }
            return texts
        }
        #expect(
            found == [
                "ostree-2.conf": "title Demo\noptions ignition.firstboot root=LABEL=root rw rd.neednet=1 enforcing=0\n",
                "ostree-1.conf": "options root=LABEL=root rw enforcing=0\n", "entries.srel": "type1\n",
            ])
        #expect(
            try await read("/loader/entries/ostree-1.conf")
                == "title Demo\nlinux /vmlinuz\noptions root=LABEL=root rw enforcing=0\n")
    }

    @Test func withoutArgumentsNothingIsTouched() async throws {
        defer { folder.remove() }
        try await BootArguments(everyBoot: "", firstBoot: "").write(to: "/no/such.qcow2", scratch: folder.path)
    }

    @Test func imageWithoutABootPartitionIsAnError() async throws {
        defer { folder.remove() }
        try await makeImage(label: "root")
        let error = try await #require(throws: MachineError.self) {
            try await BootArguments(everyBoot: "a", firstBoot: "").write(to: overlay, scratch: folder.path)
        }
        #expect(
            error.reason == "\(overlay) has no partition with the name boot to write to")
    }

    @Test(arguments: [("metal", true), ("hetzner", true), ("qemu", false), (nil, false)])
    func bootEntriesTellWhetherAnImageReadsItsConfigFromTheDisk(platform: String?, isOnDisk: Bool) async throws {
        defer { folder.remove() }
        try await makeImage(platform: platform)
        let before = try Digest.ofFile(raw)
        #expect(ImagePlatform.identifier(ofRaw: raw) == platform)
        #expect(ImagePlatform.readsConfigFromDisk(raw) == isOnDisk)
        #expect(try Digest.ofFile(raw) == before)
    }

    @Test func imageWithoutBootEntriesIsTakenForOneOfQEMU() async throws {
        defer { folder.remove() }
        try await makeImage(label: "root", platform: "metal")
        for path in [raw, overlay, folder.path.appending("none.raw")] {
            #expect(!ImagePlatform.readsConfigFromDisk(path))
        }
    }

    @Test func imageThatIsNoneIsAnError() async throws {
        defer { folder.remove() }
        try AtomicFile.write(Array("no image".utf8), to: overlay)
        let error = try await #require(throws: MachineError.self) {
            try await DiskExport.withRawDisk(of: overlay, scratch: folder.path) { _ in () }
        }
        #expect(error.reason.hasPrefix("qemu-storage-daemon cannot show \(overlay) as a disk: "))
        #expect(error.reason.contains("Image is not in qcow2 format"))
    }

    @Test func theIgnitionConfigIsWrittenWhereMetalImagesReadIt() async throws {
        defer { folder.remove() }
        try await makeImage()
        for text in ["{}", String(repeating: "a long config ", count: 5000)] {
            try await BootArguments(everyBoot: "", firstBoot: "", ignition: Array(text.utf8)).write(
                to: overlay, scratch: folder.path)
            #expect(try await read("/ignition/config.ign") == text)
        }
        #expect(try await read("/ignition.firstboot") == "# first boot\n")
        try await DiskExport.withRawDisk(of: overlay, scratch: folder.path) { disk in
            let bytes = try FileContent.read(disk)
            try AtomicFile.write(
                Array(bytes[(8192 * 512)..<(8192 * 512 + (16 << 20))]),
                to: disk.removingLastComponent().appending("boot.img"))
        }
        // A filesystem that the kernel would repair first is no success.
        try await Command("e2fsck", ["-fn", folder.path.appending("boot.img").string]).run()
    }
}
