import ArgumentParser
import Foundation
import Ignition
import SystemPackage
import TestRunner
import VirtualMachine

/// Which image, and which machine around it: the options that `run` and `qemuexec` share.
struct ImageOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The disk image; that of the build where none is named.", valueName: "path"))
    var qemuImage: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The build: an id, or -1 for the one before the latest.", valueName: "id"))
    var build: String?

    @Option(help: .hidden)
    var stream: String?

    @Option(help: ArgumentHelp("The size of the disk, such as 16G.", valueName: "size"))
    var qemuSize: String?

    @Option(help: "The firmware: bios, uefi or uefi-secure (default: bios; uefi with --qemu-native-4k).")
    var qemuFirmware: MachineDescription.Firmware?

    @Option(
        help: ArgumentHelp(
            "The newest spec that the image's Ignition takes: that of the build's ignition package, else 3.3.",
            valueName: "version"), transform: Self.spec)
    var ignitionSpec: SpecVersion?

    private static func spec(_ text: String) throws -> SpecVersion {
        guard let version = SpecVersion(option: text) else {
            throw ValidationError("there are 3.0 to 3.\(SpecVersion.newest.minor)")
        }
        return version
    }

    func validate() throws {
        guard stream == nil else {
            throw ValidationError("--stream: streams have images of clouds, not of the platform qemu; use --qemu-image")
        }
    }

    /// The firmware of machines whose primary disk has such sectors. A BIOS starts nothing from large ones.
    ///
    /// - Throws: `ValidationError` where the user asks for a BIOS all the same.
    func firmware(_ sectors: VirtualDisk.Sectors = .small) throws -> MachineDescription.Firmware {
        guard sectors == .large else { return qemuFirmware ?? .bios }
        guard qemuFirmware != .bios else {
            throw ValidationError("--qemu-native-4k: native 4k requires uefi firmware; leave out --qemu-firmware bios")
        }
        return qemuFirmware ?? .uefi
    }

    /// The newest spec that the guest takes.
    func newestSpec(ofBuild build: SpecVersion?) -> SpecVersion { ignitionSpec ?? build ?? .guestDefault }

    /// The image, from the options or the working directory.
    ///
    /// - Parameter kind: what of a build.
    func image(
        workdir: String, architecture: String, kind: BuildImage.Kind = .disk
    ) throws -> (path: FilePath, build: BuildImage?) {
        if let qemuImage { return (FilePath(qemuImage), nil) }
        let found = try BuildImage.find(build: build, in: FilePath(workdir), architecture: architecture, kind: kind)
        return (found.path, found)
    }

    /// The disk's size in bytes.
    func diskSize() throws -> Int64? {
        guard let qemuSize else { return nil }
        let units: [Character: Int64] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
        let unit = qemuSize.last.flatMap { units[Character($0.uppercased())] }
        guard let number = Int64(unit == nil ? qemuSize : String(qemuSize.dropLast())), number > 0 else {
            throw ValidationError("--qemu-size: \"\(qemuSize)\" is not a size; write 16G or 20480M")
        }
        return number * (unit ?? 1)
    }
}

extension MachineDescription.Firmware: ExpressibleByArgument {}
