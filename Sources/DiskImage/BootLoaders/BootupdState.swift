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
        let filetree: Files
    }

    let installed: [String: Component]
    let staticConfigs: Content

    enum CodingKeys: String, CodingKey {
        case installed
        case staticConfigs = "static-configs"
    }

    /// Where the commit says which version of the boot programs it ships.
    static let metadataPath = "usr/lib/bootupd/updates/EFI.json"

    /// The state of a disk with these files; nil where the commit does not say which version they are, for then bootupd
    /// does not look after them.
    ///
    /// - Parameter timestamp: seconds since 1970, the time of the configuration files.
    init?(_ shipped: ShippedEFIFiles, in commit: some CommitFiles, timestamp: Int64) throws {
        guard let bytes = try commit.read(Self.metadataPath) else { return nil }
        let metadata: Content
        do {
            metadata = try JSONDecoder().decode(Content.self, from: Data(bytes))
        } catch {
            throw BootLoaderError.unreadable(path: Self.metadataPath, reason: "it is not bootupd's metadata")
        }
        let children = shipped.files.map { file in
            (file.path, File(size: file.bytes.count, sha512: Digest.sha512(of: file.bytes), source: file.source))
        }
        installed = ["EFI": Component(meta: metadata, filetree: Files(children: Dictionary(children) { $1 }))]
        let time = Date(timeIntervalSince1970: TimeInterval(timestamp)).formatted(.iso8601)
        staticConfigs = Content(timestamp: time, version: "cosa")
    }

    /// The file's text.
    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
