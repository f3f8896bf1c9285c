import Foundation
import HostSystem
import Ignition
import LiveImage
import SystemPackage
import TestSupport
import Testing
import VirtualMachine

@testable import TestRunner

/// The machines of live tests, and what the host's server has for them.
@Suite(.timeLimit(.minutes(2))) struct LiveBootTests {
    private let directory: TemporaryDirectory
    private let files: MachineFiles

    init() throws {
        directory = try TemporaryDirectory()
        files = MachineFiles(output: directory.appending("out"), temporary: directory.appending("machine"))
        for folder in [files.output, files.temporary, folder] { try FileContent.createDirectory(folder) }
    }

    private var folder: FilePath { files.temporary.appending("server") }

    private func artifacts(hasCoreOSInstaller: Bool = false, minimal: Bool = false) async throws -> LiveArtifacts {
        var paths: [LiveArtifacts.Kind: FilePath] = [:]
        for kind in LiveArtifacts.Kind.allCases {
            paths[kind] = try directory.write(kind.rawValue, to: "build/\(kind.rawValue).raw")
        }
        return LiveArtifacts(build: "1.0", files: paths, hasCoreOSInstaller: hasCoreOSInstaller)
    }

    private func make(
        _ name: String, _ artifacts: LiveArtifacts, _ change: (inout RunOptions) -> Void = { _ in }
    ) async throws -> LiveBoot.Result {
        let test = try #require(LiveTests.all.first { $0.name == name })
        let scenario = try #require(LiveScenario(name))
        var options = RunOptions(image: "/no/disk.qcow2")
        change(&options)
        return try await LiveBoot(
            test: test, scenario: scenario, options: options, artifacts: artifacts, publicKey: "ssh-ed25519 AAAA",
            files: files, folder: folder, url: scenario.usesServer ? "http://10.0.2.2:8" : nil
        ).make()
    }

    private func served(_ name: String) throws -> String {
        String(decoding: try FileContent.read(folder.appending(name)), as: UTF8.self)
    }

    @Test func loginHasNoConfig() async throws {
        let made = try await make("iso.live-login.uefi", artifacts())
        #expect(made.ignition == nil)
        #expect(made.machine.image == nil && made.machine.iso?.isDisk == false && made.machine.firmware == .uefi)
        #expect(made.machine.kernelArguments.isEmpty && !made.machine.internet)
    }

    @Test func diskHasTheImageAndAConfigThatSaysWhenItIsReady() async throws {
        let made = try await make("iso.iso-as-disk.bios", artifacts())
        #expect(made.machine.iso?.isDisk == true)
        let config = try IgnitionConfig(parsing: #require(made.ignition), source: "live")
        #expect(config.unitNames.contains(GuestConfiguration.readyUnit))
    }

    @Test func offlineInstallNeedsNoNetwork() async throws {
        let made = try await make("iso.iso-offline-install-fromram.4k.uefi", artifacts())
        #expect(
            made.machine.kernelArguments
                == "coreos.liveiso.fromram coreos.inst.install_dev=/dev/vda "
                + "coreos.inst.ignition_url=http://127.0.0.1:8080/target.ign")
        #expect(!made.machine.internet && made.machine.primaryDisk.sectors == .large && made.machine.memory == 4096)
        #expect(FileContent.names(in: folder).isEmpty)
        let config = try IgnitionConfig(parsing: #require(made.ignition), source: "live")
        let units = config.unitNames
        #expect(Set(["live-signal-ok.service", "kola-target-config.socket"]).isSubset(of: units))
        // The first one that is ready is the installed system.
        #expect(!units.contains(GuestConfiguration.readyUnit))
        #expect(!config.filePaths.contains("/etc/coreos/installer.d/kola.yaml"))
        let answer = try #require(try contents(of: TargetConfigServer.path, in: config))
        let body = try #require(answer.components(separatedBy: "\r\n\r\n").last)
        #expect(answer.contains("\r\nContent-Length: \(body.utf8.count)\r\n"))
        let target = try IgnitionConfig(parsing: Array(body.utf8), source: "target")
        #expect(target.unitNames.contains("coreos-test-installer.service"))
        #expect(target.unitNames.contains(GuestConfiguration.readyUnit))
    }

    private func contents(of path: String, in config: IgnitionConfig) throws -> String? {
        let json = try JSONSerialization.jsonObject(with: Data(config.encoded())) as? [String: Any]
        let storage = json?["storage"] as? [String: Any]
        let file = (storage?["files"] as? [[String: Any]])?.first { $0["path"] as? String == path }
        let source = (file?["contents"] as? [String: Any])?["source"] as? String
        return source.flatMap { Data(base64Encoded: String($0.split(separator: ",")[1])) }.map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    @Test func installFromTheNetworkIsInsecureWhereNobodySigned() async throws {
        let artifacts = try await artifacts()
        let network =
            "coreos.inst.install_dev=/dev/vda coreos.inst.ignition_url=http://10.0.2.2:8/target.ign "
            + "coreos.inst.image_url=http://10.0.2.2:8/metal.raw"
        let unsigned = try await make("iso.iso-install.bios", artifacts)
        #expect(unsigned.machine.kernelArguments == "\(network) coreos.inst.insecure" && unsigned.machine.internet)
        #expect(try served("metal.raw") == "metal" && served("target.ign").contains("coreos-test-installer.service"))
        try FileContent.remove(folder.appending("metal.raw"))
        try directory.write("signature", to: "build/metal.raw.sig")
        #expect(try await make("iso.iso-install.bios", artifacts).machine.kernelArguments == network)
        #expect(try served("metal.raw.sig") == "signature")
    }

    @Test(arguments: ["dev", "asked"]) func signatureIsNotLookedAtWhere(reason: String) async throws {
        var artifacts = try await artifacts()
        try directory.write("signature", to: "build/metal.raw.sig")
        if reason == "dev" { artifacts = LiveArtifacts(build: "1.dev.0", files: artifacts.files) }
        let made = try await make("iso.iso-install.bios", artifacts) { $0.installsUnsigned = reason == "asked" }
        #expect(made.machine.kernelArguments.hasSuffix(" coreos.inst.insecure"))
    }

    @Test func signatureThatIsMissingIsMissedWhereTheTestIsAboutIt() async throws {
        let made = try await make("iso.iso-install.bad-signature.bios", artifacts()) { $0.installsUnsigned = true }
        #expect(made.machine.kernelArguments.hasSuffix("coreos.inst.image_url=http://10.0.2.2:8/metal.raw"))
        #expect(!FileContent.exists(folder.appending("metal.raw.sig")))
        let config = try IgnitionConfig(parsing: #require(made.ignition), source: "live")
        #expect(config.filePaths.contains(UnknownSigner.keyPath))
    }

    @Test func smallDiskIsSmall() async throws {
        let made = try await make("iso.iso-offline-install.small-disk.bios", artifacts()) { $0.diskSize = 99 << 30 }
        #expect(made.machine.primaryDisk.size == 1 << 30)
    }

    @Test func networkBootHasAScriptThatSaysEverything() async throws {
        let made = try await make("iso.pxe-online-install.4k.uefi", artifacts(hasCoreOSInstaller: true)) {
            $0.netbootKernelArguments = ["a=b", "c"]
        }
        #expect(made.ignition == nil && made.machine.iso == nil && made.machine.image == nil)
        #expect(made.machine.netboot == .init(folder: folder, file: "boot.ipxe", isAfterDisk: true))
        #expect(
            try served("boot.ipxe") == """
                #!ipxe
                kernel http://10.0.2.2:8/vmlinuz initrd=initrd.img rd.neednet=1 ip=dhcp ignition.firstboot \
                ignition.platform.id=metal console=ttyS0,115200n8 a=b c \
                ignition.config.url=http://10.0.2.2:8/live.ign coreos.live.rootfs_url=http://10.0.2.2:8/rootfs.img \
                coreos.inst.install_dev=/dev/vda coreos.inst.ignition_url=http://10.0.2.2:8/target.ign \
                coreos.inst.image_url=http://10.0.2.2:8/metal4k.raw coreos.inst.insecure
                initrd --name initrd.img http://10.0.2.2:8/initrd.img
                boot

                """)
        #expect(try served("vmlinuz") == "live-kernel" && served("initrd.img") == "live-initramfs")
        #expect(try served("rootfs.img") == "live-rootfs" && served("metal4k.raw") == "metal4k")
        let config = try IgnitionConfig(parsing: FileContent.read(folder.appending("live.ign")), source: "live")
        #expect(config.filePaths.contains("/etc/coreos/installer.d/kola.yaml"))
    }

    @Test func rootFilesystemMayComeWithTheInitramfs() async throws {
        _ = try await make("iso.pxe-offline-install.rootfs-appended.bios", artifacts())
        let script = try served("boot.ipxe")
        #expect(script.contains("vmlinuz initrd=initrd.img initrd=rootfs.img rd.neednet=1"))
        #expect(script.contains("\ninitrd --name rootfs.img http://10.0.2.2:8/rootfs.img\nboot\n"))
        #expect(!script.contains("rootfs_url") && !script.contains("image_url"))
    }
}
