import Deployment
import Foundation
import Treefile

/// What the boot partition holds besides kernels and boot entries.
struct BootContent {
    /// Kernel arguments for the network of the first boot.
    let networkArguments: [String]
    /// What platforms.yaml says, by platform.
    let platforms: [String: PlatformsTable.Settings]

    /// Adds the files to the boot filesystem.
    func add(to boot: inout FileTree, timestamp: Int64) throws {
        boot.add("/grub2", .directory, .init(permissions: 0o755, modificationTime: timestamp))
        boot.addFile("/grub2/grub.cfg", GRUBConfiguration.main, timestamp: timestamp)
        boot.addFile("/grub2/console.cfg", GRUBConfiguration.console([]), timestamp: timestamp)
        boot.add("/coreos", .directory, .init(permissions: 0o755, modificationTime: timestamp))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let table = String(decoding: try encoder.encode(platforms), as: UTF8.self)
        boot.addFile("/coreos/platforms.json", table + "\n", timestamp: timestamp)
        let network = networkArguments.joined(separator: " ")
        let stamp = network.isEmpty ? "" : "set ignition_network_kcmdline=\"\(network)\"\n"
        boot.addFile("/ignition.firstboot", stamp, timestamp: timestamp)
    }
}

extension FileTree {
    /// Adds a text file of root.
    mutating func addFile(_ path: String, _ text: String, timestamp: Int64) {
        add(path, .file(.bytes(Array(text.utf8))), .init(permissions: 0o644, modificationTime: timestamp))
    }
}
