import Foundation
import HostSystem
import Ignition
import LiveImage
import SystemPackage
import VirtualMachine

/// What the machine of a live test is made of, and what the host's server has for it.
struct LiveBoot: Sendable {
    let test: KolaTest
    let scenario: LiveScenario
    let options: RunOptions
    let artifacts: LiveArtifacts
    let publicKey: String
    /// Where the machine's files are.
    let files: MachineFiles
    /// What the server serves, and the firmware gets by TFTP.
    let folder: FilePath
    /// The address before files' names; nil where the guest gets nothing.
    let url: String?

    /// The machine, and the Ignition config that it boots with; nil where it has none.
    struct Result: Sendable {
        var machine: MachineDescription
        var ignition: [UInt8]?
    }

    /// Names on the server.
    private static let (script, liveConfig, targetConfig) = ("boot.ipxe", "live.ign", "target.ign")
    private static let (kernel, initramfs, rootfs) = ("vmlinuz", "initrd.img", "rootfs.img")
    /// The machine's disk, as the installer is told.
    private static let device = "/dev/vda"
    /// Smaller than any image that is installed.
    private static let smallDiskSize: Int64 = 1 << 30

    /// Makes all that it needs.
    ///
    /// - Throws: ``TestSkip`` where the build lacks something; `LiveImageError`, `IgnitionError`, `Errno`.
    func make() async throws -> Result {
        var machine = try options.machine(of: test)
        machine.image = nil
        machine.hasIgnitionOnDisk = false
        machine.internet = scenario.usesServer
        if scenario.fault == .smallDisk { machine.primaryDisk.size = Self.smallDiskSize }
        var arguments = machine.kernelArguments.isEmpty ? [] : [machine.kernelArguments]
        if scenario.isFromRAM { arguments.append("coreos.liveiso.fromram") }
        if scenario.isInstall { arguments += try installerArguments() }
        let ignition = scenario.kind == .login ? nil : try liveConfiguration()
        if let ignition { try await IgnitionValidation.check(ignition, source: test.name) }
        guard scenario.isNetboot else {
            machine.iso = LiveISO(path: try await iso(), isDisk: scenario.kind == .asDisk)
            machine.kernelArguments = arguments.joined(separator: " ")
            return Result(machine: machine, ignition: ignition)
        }
        machine.kernelArguments = ""
        machine.netboot = .init(folder: folder, file: Self.script, isAfterDisk: true)
        try AtomicFile.write(ignition ?? [], to: folder.appending(Self.liveConfig))
        try AtomicFile.write(Array(try netbootScript(arguments).utf8), to: folder.appending(Self.script))
        return Result(machine: machine, ignition: nil)
    }

    private func address(_ name: String) -> String { "\(url ?? "")/\(name)" }

    private func link(_ kind: LiveArtifacts.Kind, as name: String) throws {
        let path = FilePath(FileManager.default.currentDirectoryPath).pushing(try artifacts.path(kind))
        try FileManager.default.createSymbolicLink(
            atPath: folder.appending(name).string, withDestinationPath: path.string)
    }

    // MARK: What is booted

    private func iso() async throws -> FilePath {
        let full = try artifacts.path(.iso)
        guard scenario.kind == .minimalInstall else { return full }
        let minimal = files.temporary.appending("minimal.iso")
        try await LiveISOImage(full).extractMinimal(
            to: minimal, rootfsURL: address(Self.rootfs), rootfs: folder.appending(Self.rootfs))
        return minimal
    }

    /// A script for iPXE, which QEMU's network cards bring with them for a BIOS and for UEFI. It gets the files by HTTP, as TFTP
    /// waits for an answer after each small block.
    private func netbootScript(_ installer: [String]) throws -> String {
        for (kind, name) in [
            (LiveArtifacts.Kind.kernel, Self.kernel), (.initramfs, Self.initramfs), (.rootfs, Self.rootfs),
        ] {
            try link(kind, as: name)
        }
        // Those of UEFI have names, which the kernel looks for (iPXE's documentation of `initrd`).
        let images = scenario.isRootfsAppended ? [Self.initramfs, Self.rootfs] : [Self.initramfs]
        var arguments = images.map { "initrd=\($0)" }
        arguments += ["rd.neednet=1", "ip=dhcp", "ignition.firstboot", "ignition.platform.id=metal", Self.console]
        arguments += options.netbootKernelArguments
        arguments.append("ignition.config.url=\(address(Self.liveConfig))")
        if !scenario.isRootfsAppended { arguments.append("coreos.live.rootfs_url=\(address(Self.rootfs))") }
        arguments += installer
        return """
            #!ipxe
            kernel \(address(Self.kernel)) \(arguments.joined(separator: " "))
            \(images.map { "initrd --name \($0) \(address($0))" }.joined(separator: "\n"))
            boot

            """
    }

    private static let console = "console=ttyS0,115200n8"

    // MARK: What is installed

    private func installerArguments() throws -> [String] {
        var arguments = ["coreos.inst.install_dev=\(Self.device)"]
        arguments.append(
            "coreos.inst.ignition_url=\(scenario.usesServer ? address(Self.targetConfig) : TargetConfigServer.url)")
        guard scenario.fetchesImage else { return arguments }
        let image = try artifacts.path(scenario.imageKind)
        let name = image.lastComponent?.string ?? scenario.imageKind.rawValue
        try link(scenario.imageKind, as: name)
        arguments.append("coreos.inst.image_url=\(address(name))")
        guard scenario.fault != .badSignature else { return arguments }
        let signature = FilePath(image.string + ".sig")
        if FileContent.exists(signature) {
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending("\(name).sig").string, withDestinationPath: signature.string)
        }
        return arguments + (isInsecure(signature) ? [Self.insecure] : [])
    }

    /// As upstream: where it is asked for, and for a development build. Also where nobody has signed the image.
    private func isInsecure(_ signature: FilePath) -> Bool {
        options.installsUnsigned || artifacts.build.contains("dev") || !FileContent.exists(signature)
    }

    /// The argument that lets the installer take an image without a signature.
    static let insecure = "coreos.inst.insecure"

    // MARK: Configs

    private func liveConfiguration() throws -> [UInt8] {
        var config = IgnitionConfig()
        LiveSignal.addFailure(to: &config)
        guard scenario.isInstall else { return try encoded(config, isReadyTold: true) }
        LiveSignal.addLive(to: &config)
        if artifacts.hasCoreOSInstaller {
            // No kernel argument asks for it, and images for metal are made without a serial console.
            config.addFile("/etc/coreos/installer.d/kola.yaml", text: "console: [\"ttyS0,115200n8\"]\n")
        }
        if scenario.fault == .badSignature { config.addFile(UnknownSigner.keyPath, contents: UnknownSigner.key) }
        let target = try targetConfiguration()
        if scenario.usesServer {
            try AtomicFile.write(target, to: folder.appending(Self.targetConfig))
        } else {
            TargetConfigServer.add(target, to: &config)
        }
        return try encoded(config, isReadyTold: false)
    }

    private func targetConfiguration() throws -> [UInt8] {
        var config = IgnitionConfig()
        LiveSignal.addFailure(to: &config)
        LiveSignal.addInstalled(to: &config)
        return try encoded(config, isReadyTold: true)
    }

    private func encoded(_ own: IgnitionConfig, isReadyTold: Bool) throws -> [UInt8] {
        let base = GuestConfiguration.base(publicKey: publicKey, isReadyTold: isReadyTold)
        return try options.completed(base.merged(with: own), of: test).encoded()
    }
}
