import DiskImage
import Foundation
import HostSystem
import SystemPackage

/// What a configuration says about live images: its folder `live`, which a build puts into the commit, so that the images
/// depend on nothing else.
enum LiveConfiguration {
    /// Where a commit has the folder (coreos-assembler, `cmdlib.sh`).
    static let folder = "usr/share/coreos-assembler/live"
    /// coreos-installer's example of a configuration, of which every key is a directive that it knows.
    private static let example = "usr/share/coreos-installer/example-config.yaml"

    /// The files of a configuration that go into the commit, by their path in it.
    ///
    /// - Throws: `Errno` for one that cannot be read.
    static func extraFiles(_ live: FilePath) throws -> [String: [UInt8]] {
        let files = DirectoryFiles(live)
        var result: [String: [UInt8]] = [:]
        for (path, bytes) in try read(files, "") { result["\(folder)/\(path)"] = bytes }
        return result
    }

    /// The folder of a commit, by path.
    ///
    /// - Throws: `GLibError`.
    static func files(of commit: some CommitFiles) throws -> [String: [UInt8]] { try read(commit, folder) }

    private static func read(_ files: some CommitFiles, _ path: String) throws -> [String: [UInt8]] {
        guard let names = try files.list(path) else { return [:] }
        var result: [String: [UInt8]] = [:]
        let prefix = path.isEmpty ? "" : "\(path)/"
        for name in names.files { result[name] = try files.read(prefix + name) }
        for name in names.directories {
            for (below, bytes) in try read(files, prefix + name) { result["\(name)/\(below)"] = bytes }
        }
        return result
    }

    /// What an initramfs can do, for `coreos-installer iso customize` (`features.json`); nothing where the commit has no
    /// coreos-installer.
    ///
    /// - Throws: `GLibError`.
    static func features(of commit: some CommitFiles) throws -> [UInt8] {
        var features = Features()
        if let text = try commit.read(example) {
            features.installerConfig = true
            features.liveInitrdNetwork = true
            features.directives = Dictionary(
                uniqueKeysWithValues: Set(keys(String(decoding: text, as: UTF8.self))).map { ($0, true) })
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return try Array(encoder.encode(features)) + [UInt8(ascii: "\n")]
    }

    /// The keys at the beginning of lines: the file is a flat one.
    private static func keys(_ yaml: String) -> [String] {
        yaml.split(separator: "\n").compactMap { line in
            guard let first = line.first, first.isLetter, let colon = line.firstIndex(of: ":") else { return nil }
            return String(line[..<colon])
        }
    }

    private struct Features: Encodable {
        var installerConfig: Bool?
        var liveInitrdNetwork: Bool?
        var directives: [String: Bool]?

        private enum CodingKeys: String, CodingKey {
            case installerConfig = "installer-config"
            case liveInitrdNetwork = "live-initrd-network"
            case directives = "installer-config-directives"
        }
    }
}
