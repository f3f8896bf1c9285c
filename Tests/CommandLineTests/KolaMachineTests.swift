import HostSystem
import SystemPackage
import TestSupport
import Testing

@Suite("kola's machines, from the command line to the console", .timeLimit(.minutes(5)))
struct KolaMachineTests {
    @Test("the platform qemu-iso boots the ISO that is named")
    func namedISO() async throws {
        let tool = try Tool()
        try tool.temporary.write(
            "serial --unit=0\nterminal_output serial\necho Kernel panic - not syncing: this is the ISO\nhalt\n",
            to: "tree/boot/grub/grub.cfg")
        let iso = tool.temporary.appending("live.iso")
        try await Command(
            "grub-mkrescue",
            ["-d", "/usr/lib/grub/i386-pc", "-o", iso.string, tool.temporary.appending("tree").string]
        ).run()
        for options in [[], ["--qemu-iso-as-disk", "--qemu-swtpm=false"]] {
            let output = try await tool.kola(
                ["-p", "iso", "--qemu-iso", iso.string, "run", "--output-dir", "out", "basic"] + options)
            #expect(output.status == 1)
            #expect(output.text.contains("Kernel panic - not syncing: this is the ISO"))
        }
    }

    @Test("the platform qemu-iso needs an ISO, of the build or named")
    func noISO() async throws {
        let tool = try Tool()
        try await tool.makeBuild()
        let output = try await tool.kola("run", "-p", "iso", "basic")
        #expect(output.status == 1)
        #expect(output.lastErrorLine == "error: build 1.0 has no live ISO; name one with --qemu-iso")
        let disk = try await tool.kola("run", "-p", "iso", "--qemu-image", "a.qcow2", "basic")
        #expect(disk.status == 64)
        #expect(
            disk.lastErrorLine
                == "error: --qemu-image: machines of the platform qemu-iso boot an ISO; name one with --qemu-iso")
    }

    @Test("a build without live images is told about where its live tests are asked for")
    func noLiveImages() async throws {
        let tool = try Tool()
        try await tool.makeBuild()
        let none = try await tool.kola("run", "iso.live-login.bios")
        #expect(none.status == 1)
        #expect(none.lastErrorLine == "error: build 1.0 has no image for QEMU; run `cosa buildextend-qemu`")
        // The ISO alone is enough to begin, and not for a live test.
        let path = tool.work.appending("builds/1.0/x86_64/meta.json")
        let metadata = String(decoding: try FileContent.read(path), as: UTF8.self).replacing(
            #""images": {"#, with: #""images": {"live-iso": {"path": "a.iso", "sha256": "x"}, "#)
        try AtomicFile.write(Array(metadata.utf8), to: path)
        try AtomicFile.write([], to: path.removingLastComponent().appending("a.iso"))
        let live = try await tool.kola("run", "--output-dir", "out", "iso.live-login.bios")
        #expect(live.status == 0)
        #expect(live.text.contains("--- SKIP: iso.live-login.bios ("))
        #expect(
            live.text.contains("build 1.0 has no live-kernel, live-initramfs, live-rootfs; run `cosa buildextend-live`")
        )
        let other = try await tool.kola("run", "--output-dir", "out", "iso.live-login.bios", "basic")
        #expect(other.status == 1)
        #expect(other.lastErrorLine == none.lastErrorLine)
    }

    @Test("the container image that machines are moved to is read before anything boots")
    func containerImage() async throws {
        let tool = try Tool()
        try tool.temporary.write("", to: "work/a.qcow2")
        try tool.temporary.write("no archive", to: "work/os.ociarchive")
        let run = ["run", "--qemu-image", "a.qcow2", "--output-dir", "out", "basic", "--oscontainer"]
        let damaged = try await tool.kola(run + ["os.ociarchive"])
        #expect(damaged.status == 1)
        #expect(damaged.lastErrorLine.hasPrefix("error: cannot read the image os.ociarchive: "))
        let nowhere = try await tool.kola(run + ["ostree-unverified-registry:127.0.0.1:1/os:1"])
        #expect(nowhere.lastErrorLine.contains("docker://127.0.0.1:1/os:1: the registry cannot be reached"))
        let nothing = try await tool.kola(run + ["os"])
        #expect(nothing.status == 1)
        #expect(nothing.lastErrorLine.hasPrefix("error: os is no image reference: it must begin with oci-archive:"))
    }

    @Test("options without a meaning here are refused")
    func unknown() async throws {
        for option in ["--qemu-cex", "--qemu-secex"] {
            let output = try await Tool().kola("run", option, "basic")
            #expect(output.status == 64)
            #expect(output.lastErrorLine.hasPrefix("error: Unknown option '\(option.prefix { $0 != "=" })'"))
        }
    }
}
