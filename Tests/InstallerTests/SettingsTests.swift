import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@Suite("What an installed system is told", .enabled(if: geteuid() == 0, needsRoot))
struct SettingsTests {
    private let live: LiveSystem
    private let image: TestImage
    private let server: ImageServer

    init() async throws {
        live = try await LiveSystem()
        image = try await TestImage(in: live.folder)
        try await live.carry(image)
        server = try ImageServer(live.folder.path)
    }

    @Test("an Ignition config is put on the boot filesystem, for root alone")
    func config() async throws {
        let config = #"{"ignition": {"version": "3.3.0"}, "passwd": {}}"#
        try live.folder.write(config + "\n", to: "config.ign")
        let outcome = try await live.install("coreos.inst.ignition_url=\(server.url)/config.ign")
        try await live.expectInstalled(image, outcome)
        #expect(try await live.bootFile("/ignition/config.ign") == config)
        for (name, mode) in [("/ignition", "0700"), ("/ignition/config.ign", "0600")] {
            let status = try await Command(
                "debugfs", ["-R", "stat \(name)", "\(live.backing)?offset=\(TestImage.boot)"]
            ).run().text
            #expect(status.contains("Mode:  \(mode) ") && status.contains("User:     0 "), "\(status)")
        }
    }

    @Test("a config that cannot be had or is none is refused, and the disk is as it was")
    func badConfig() async throws {
        let argument = "coreos.inst.ignition_url"
        func expect(_ url: String, _ message: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
            live.expect(
                try await live.install("\(argument)=\(url)"), failed: message, sourceLocation: sourceLocation)
        }
        try live.folder.write("<html></html>\n", to: "page.ign")
        try live.folder.write(#"{"ignition": {}}"#, to: "no-version.ign")
        try live.folder.write("", to: "empty.ign")
        for (file, message) in [
            ("page", "no JSON: parse error: Invalid numeric literal at line 2, column 0")
        ] {
            try await expect(
                "\(server.url)/\(file).ign",
                "the Ignition config \(server.url)/\(file).ign is \(message); correct the file or \(argument)")
        }
        for file in ["no-version", "empty"] {
            try await expect(
                "\(server.url)/\(file).ign",
                "the Ignition config \(server.url)/\(file).ign has no ignition.version: correct the file or \(argument)"
            )
        }
        try await expect(
            "\(server.url)/none",
            "cannot fetch the Ignition config \(server.url)/none: the server answers 404; correct \(argument)")
        try await expect(
            "http://127.0.0.1:1/c",
            "cannot fetch the Ignition config http://127.0.0.1:1/c: no answer in 1 s (Failed to connect to 127.0.0.1 port 1: "
                + "Couldn't connect to server); check the network and the server, or correct \(argument)")
        try await expect("config.ign", "\(argument)=config.ign is no http:// or https:// address: correct it")
        try live.expectUntouched()
    }

    @Test("a platform has its id and its consoles, in all boot entries")
    func platform() async throws {
        let outcome = try await live.install("coreos.inst.platform_id=qemu")
        #expect(outcome.status == 0, "\(outcome.lastLine)")
        let arguments = "root=LABEL=root ignition.platform.id=qemu ostree=/o console=ttyS0,115200n8"
        let entry = try await live.bootFile("/loader.1/entries/ostree-1-test.conf")
        #expect(entry == "title Test\noptions \(arguments)\nlinux /vmlinuz")
        let syslinux = try await live.bootFile("/loader.1/syslinux.cfg")
        #expect(syslinux == "LABEL Test\n\tKERNEL /vmlinuz\n\tAPPEND \(arguments)")
        let console = try await live.bootFile("/grub2/console.cfg")
        #expect(console == "# CONSOLE-SETTINGS-START\nterminal_output serial\n# CONSOLE-SETTINGS-END")
        // systemd-boot's copies are on the EFI system partition.
        let copy = try await live.bootFile("/loader/entries/test.conf", at: TestImage.efi)
        #expect(copy == "options \(arguments)")
    }

    @Test("an image for metal that is installed for metal is left alone")
    func metal() async throws {
        let outcome = try await live.install("coreos.inst.platform_id=metal", "coreos.inst.ignition_url=skip")
        try await live.expectInstalled(image, outcome)
        let boot = TestImage.boot..<TestImage.root
        #expect(try TestImage.bytes(boot, of: live.backing) == TestImage.bytes(boot, of: image.file))
    }

    @Test("an image without a boot filesystem cannot be told anything, and does not boot then")
    func noBoot() async throws {
        let other = try await LiveSystem()
        try await other.carry(try await TestImage(in: other.folder, bootLabel: "data"))
        let outcome = try await other.install("coreos.inst.platform_id=qemu")
        other.expect(
            outcome,
            failed: "\(other.path("sysroot/coreos-installer/metal.raw.zst")) has no filesystem labelled boot, "
                + "which coreos.inst.ignition_url and coreos.inst.platform_id need")
        try await other.expectUnbootable()
    }
}
