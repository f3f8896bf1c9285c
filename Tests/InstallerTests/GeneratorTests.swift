import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@Suite("The generators of a live system's units")
struct GeneratorTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
        for name in ["normal", "early", "late", "root/proc", "root/run", "root/etc"] {
            try FileManager.default.createDirectory(
                atPath: folder.appending(name).string, withIntermediateDirectories: true)
        }
    }

    /// What a generator makes: paths in its folders and in /run, links with what they name.
    private func run(_ name: String, arguments: String, isLive: Bool = true) async throws -> [String] {
        try folder.write("BOOT_IMAGE=/vmlinuz \(arguments)\n", to: "root/proc/cmdline")
        if isLive { try folder.write("", to: "root/run/ostree-live") }
        let generator = LiveSystem.package.appending("usr/lib/systemd/system-generators/\(name)")
        try await Command(
            generator.string, ["normal", "early", "late"].map { folder.appending($0).string },
            environment: ["COREOS_INSTALLER_ROOT": folder.appending("root").string]
        ).run()
        return try await Command(
            "find",
            [
                "normal", "early", "late", "root/run", "!", "-type", "d", "!", "-name", "ostree-live", "-printf",
                "%p %l\n",
            ],
            workingDirectory: folder.path
        ).run().text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.sorted()
    }

    private static let installation = [
        "early/default.target /usr/lib/systemd/system/coreos-installer-post.target",
        "early/emergency.service.d/10-coreos-installer.conf /usr/lib/coreos-installer/emergency.conf",
    ]

    @Test("a live system with a disk to install to installs and reboots")
    func installs() async throws {
        let made = try await run("coreos-installer-generator", arguments: "coreos.inst.install_dev=/dev/sda")
        #expect(made == Self.installation + ["root/run/coreos-installer-reboot"])
    }

    @Test("coreos.inst.skip_reboot leaves the reboot out, unless it is switched off")
    func skipReboot() async throws {
        let disk = "coreos.inst.install_dev=sda"
        let made = try await run("coreos-installer-generator", arguments: "\(disk) coreos.inst.skip_reboot")
        #expect(made == Self.installation)
        let off = try await run("coreos-installer-generator", arguments: "\(disk) coreos.inst.skip_reboot=0")
        #expect(off == Self.installation + ["root/run/coreos-installer-reboot"])
    }

    @Test("nothing is installed without a disk, or from a system that is not live")
    func nothing() async throws {
        let generator = "coreos-installer-generator"
        #expect(try await run(generator, arguments: "coreos.inst.install_dev=sda", isLive: false) == [])
        #expect(try await run(generator, arguments: "coreos.inst.install_dev= quiet") == [])
    }

    @Test("core is logged in on the consoles of a live system without a config of its user, and of no other")
    func login() async throws {
        let generator = "coreos-liveiso-autologin-generator"
        #expect(try await run(generator, arguments: "", isLive: false) == [])
        let config = try folder.write(#"{"userConfigProvided": true}"#, to: "root/etc/.ignition-result.json")
        #expect(try await run(generator, arguments: "") == [])
        try FileContent.remove(config)
        try folder.write(#"{"userConfigProvided": false}"#, to: "root/etc/.ignition-result.json")
        #expect(
            try await run(generator, arguments: "") == [
                "normal/getty@.service.d/10-autologin.conf /usr/lib/coreos-installer/getty-autologin.conf",
                "normal/multi-user.target.wants/coreos-liveiso-success.path "
                    + "/usr/lib/systemd/system/coreos-liveiso-success.path",
                "normal/serial-getty@.service.d/10-autologin.conf /usr/lib/coreos-installer/serial-getty-autologin.conf",
            ])
    }

    @Test("what the units and links name is in the package")
    func files() async throws {
        for name in [
            "usr/lib/coreos-installer/emergency.conf", "usr/lib/coreos-installer/getty-autologin.conf",
            "usr/lib/coreos-installer/serial-getty-autologin.conf", "usr/libexec/coreos-installer-rescue",
            "usr/libexec/coreos-installer-service", "usr/lib/systemd/system/coreos-installer-post.target",
            "usr/lib/systemd/system/coreos-installer.target", "usr/lib/systemd/system/coreos-installer.service",
            "usr/lib/systemd/system/coreos-liveiso-success.path",
        ] {
            #expect(FileContent.exists(LiveSystem.package.appending(name)), "\(name)")
        }
    }
}
