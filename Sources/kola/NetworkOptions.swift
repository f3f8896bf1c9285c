import ArgumentParser
import Foundation
import HostSystem
import SystemPackage
import VirtualMachine

/// The network of a machine that somebody plays with.
struct NetworkOptions: ParsableArguments {
    @Flag(name: [.customShort("U"), .long], help: "The guest reaches the internet.")
    var usernet = false

    @Option(help: ArgumentHelp("The guest's network, such as 10.0.3.0/24; it reaches the internet.", valueName: "cidr"))
    var usernetAddr: String?

    @Option(help: "The guest's name by DHCP.")
    var hostname: String?

    @Option(help: ArgumentHelp("Network cards besides the first, up to 16.", valueName: "n"))
    var additionalNics = 0

    @Option(
        help: ArgumentHelp(
            "Boot this over the network, such as a PXELINUX or GRUB program or an iPXE script; shows the console.",
            valueName: "file"))
    var netboot: String?

    @Option(
        help: ArgumentHelp(
            "The folder that the guest has over TFTP, to which --netboot is relative; else the one of its file.",
            valueName: "dir"))
    var netbootDir: String?

    func validate() throws {
        guard (0...16).contains(additionalNics) else {
            throw ValidationError("additional-nics value cannot be negative or greater than 16")
        }
        if let usernetAddr, !Self.isNetwork(usernetAddr) {
            throw ValidationError("--usernet-addr: \"\(usernetAddr)\" is no network; write 10.0.3.0/24")
        }
        if netbootDir != nil, netboot == nil { throw ValidationError("--netboot-dir needs --netboot, a file in it") }
    }

    /// Four numbers and the length of a prefix that leaves room for the addresses of QEMU's own services.
    private static func isNetwork(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let length = Int(parts[1]), (8...27).contains(length) else { return false }
        let numbers = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers.allSatisfy { UInt8($0) != nil }
    }

    /// Gives a machine its network.
    ///
    /// - Throws: `ValidationError` where what it is to boot is not there.
    func apply(to machine: inout MachineDescription, isDevshell: Bool) throws {
        machine.internet = usernet || usernetAddr != nil || isDevshell
        machine.networkAddress = usernetAddr
        machine.hostname = hostname ?? (isDevshell ? "cosa-devsh" : nil)
        machine.additionalNetworkCards = additionalNics
        guard let netboot else { return }
        let here = FilePath(FileManager.default.currentDirectoryPath)
        let path = here.pushing(FilePath(netbootDir ?? "")).pushing(FilePath(netboot)).lexicallyNormalized()
        guard FileContent.exists(path) else { throw ValidationError("--netboot: \(path): no such file") }
        let folder = netbootDir.map { here.pushing(FilePath($0)) } ?? path.removingLastComponent()
        var file = path
        guard file.removePrefix(folder.lexicallyNormalized()) else {
            throw ValidationError("--netboot: \(netboot) is not in the folder of --netboot-dir")
        }
        machine.netboot = MachineDescription.Netboot(folder: folder, file: file.string)
    }
}
