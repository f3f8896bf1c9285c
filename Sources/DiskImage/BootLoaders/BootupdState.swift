import Foundation
import HostSystem

/// `/boot/bootupd-state.json`: what bootupd takes for installed, and updates from then on (its src/model.rs).
struct BootupdState: Sendable, Codable, Equatable {
    /// A version of something.
    struct Content: Sendable, Codable, Equatable {
        struct Module: Sendable, Codable, Equatable {
            let name: String
            let rpm_evr: String
        }

        /// RFC 3339.
        let timestamp: String
        let version: String
        var versions: [Module]?
    }

    struct File: Sendable, Codable, Equatable {
        let size: Int
        let sha512: String
        let source: String
    }

    struct Files: Sendable, Codable, Equatable {
        let children: [String: File]
    }

    struct Component: Sendable, Codable, Equatable {
        let meta: Content
        /// The files that bootupd compares and replaces one by one; none where `grub2-install` writes blocks.
        let filetree: Files?
    }

    let installed: [String: Component]
    let staticConfigs: Content

    enum CodingKeys: String, CodingKey {
        case installed
        case staticConfigs = "static-configs"
    }

    /// Where the commit says which version of the programs for UEFI it ships.
    static let metadataPath = "usr/lib/bootupd/updates/EFI.json"
    /// The same for BIOS and Open Firmware, which bootupd calls BIOS too (its src/bios.rs).
    static let firmwareMetadataPath = "usr/lib/bootupd/updates/BIOS.json"

    /// The state of a disk with these files; nil where the commit does not say which version they are, for then bootupd
    /// does not look after them.
    ///
    /// - Parameters:
    ///   - shipped: what is on the EFI system partition; nil where there is none.
    ///   - hasFirmwareGRUB: whether there is GRUB for BIOS or Open Firmware.
    ///   - timestamp: seconds since 1970, the time of the configuration files.
    init?(
        _ shipped: ShippedEFIFiles?, hasFirmwareGRUB: Bool, in commit: some CommitFiles, timestamp: Int64
    ) throws {
        var installed: [String: Component] = [:]
        if let shipped, let metadata = try Self.metadata(Self.metadataPath, in: commit) {
            let children = shipped.files.map { file in
                (file.path, File(size: file.bytes.count, sha512: Digest.sha512(of: file.bytes), source: file.source))
            }
            installed["EFI"] = Component(
                meta: metadata, filetree: Files(children: Dictionary(children) { $1 }))
        }
        if hasFirmwareGRUB, let metadata = try Self.metadata(Self.firmwareMetadataPath, in: commit) {
            installed["BIOS"] = Component(meta: metadata, filetree: nil)
        }
        if installed.isEmpty { return nil }
        self.installed = installed
        let time = Date(timeIntervalSince1970: TimeInterval(timestamp)).formatted(.iso8601)
        staticConfigs = Content(timestamp: time, version: "cosa")
    }

    private static func metadata(_ path: String, in commit: some CommitFiles) throws -> Content? {
        guard let bytes = try commit.read(path) else { return nil }
        do {
            return try JSONDecoder().decode(Content.self, from: Data(bytes))
        } catch {
            throw BootLoaderError.unreadable(path: path, reason: "it is not bootupd's metadata")
        }
    }

    /// The file's text.
    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
