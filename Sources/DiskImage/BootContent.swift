import Deployment
import Foundation
import HostSystem
import SystemPackage
import Treefile

/// What the boot partition holds besides kernels and boot entries.
struct BootContent {
    /// Kernel arguments for the network of the first boot.
    let networkArguments: [String]
    /// What platforms.yaml says, by platform.
    let platforms: [String: PlatformsTable.Settings]

    /// Adds the files to the directory that libostree has written kernels and boot entries to.
    func write(to boot: FilePath) throws {
        try write(GRUBConfiguration.main, to: boot.appending("grub2/grub.cfg"))
        try write(GRUBConfiguration.console([]), to: boot.appending("grub2/console.cfg"))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let table = String(decoding: try encoder.encode(platforms), as: UTF8.self)
        try write(table + "\n", to: boot.appending("coreos/platforms.json"))
        let network = networkArguments.joined(separator: " ")
        let stamp = network.isEmpty ? "" : "set ignition_network_kcmdline=\"\(network)\"\n"
        try write(stamp, to: boot.appending("ignition.firstboot"))
    }

    private func write(_ text: String, to path: FilePath) throws {
        try AtomicFile.write(Array(text.utf8), to: path)
    }
}
