import Deployment
import Foundation
import Treefile

/// What the boot partition holds besides kernels, boot entries and what the boot loader needs.
struct BootContent {
    /// Kernel arguments for the network of the first boot.
    let networkArguments: [String]
    /// What platforms.yaml says, by platform.
    let platforms: [String: PlatformsTable.Settings]

    private static let stampStart = "set ignition_network_kcmdline=\""

    /// The kernel arguments for the network that `/ignition.firstboot` has.
    static func networkArguments(ofStamp text: String) -> [String] {
        guard text.hasPrefix(stampStart) else { return [] }
        return text.dropFirst(stampStart.count).prefix { $0 != "\"" }.split(separator: " ").map(String.init)
    }

    /// Adds the files to the boot filesystem.
    func add(to boot: inout FileTree, timestamp: Int64) throws {
        boot.add("/coreos", .directory, .init(permissions: 0o755, modificationTime: timestamp))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let table = String(decoding: try encoder.encode(platforms), as: UTF8.self)
        boot.addFile("/coreos/platforms.json", table + "\n", timestamp: timestamp)
        let network = networkArguments.joined(separator: " ")
        let stamp = network.isEmpty ? "" : "\(Self.stampStart)\(network)\"\n"
        boot.addFile("/ignition.firstboot", stamp, timestamp: timestamp)
    }
}

extension FileTree {
    /// Adds files of root, with the directories that they are in.
    mutating func add(_ files: [BootFile], timestamp: Int64) {
        var known = Set(entries.map(\.path))
        for file in files {
            let parts = file.path.split(separator: "/")
            for count in 1..<max(parts.count, 1) {
                let folder = "/" + parts[..<count].joined(separator: "/")
                if known.insert(folder).inserted {
                    add(folder, .directory, .init(permissions: 0o755, modificationTime: timestamp))
                }
            }
            let attributes = FileTreeEntry.Attributes(permissions: file.permissions, modificationTime: timestamp)
            add("/\(file.path)", .file(file.content), attributes)
        }
    }

    /// Adds a text file of root.
    mutating func addFile(_ path: String, _ text: String, timestamp: Int64) {
        add(path, .file(.bytes(Array(text.utf8))), .init(permissions: 0o644, modificationTime: timestamp))
    }
}
