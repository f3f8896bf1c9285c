import Foundation
import HostSystem
import LibArchive
import SystemPackage

/// Reads an image layout (image-spec, image-layout.md) in a tar file without unpacking it.
struct OCIArchiveReader {
    let path: FilePath

    /// The largest JSON document that is read; the largest known manifests have some 100 KB.
    private static let documentLimit = 4 << 20

    /// The archive's only image: its manifest with its digest, and its configuration.
    func image() throws -> (manifest: OCIManifest, digest: String, configuration: OCIConfiguration) {
        let index = try JSONDecoder().decode(OCIIndex.self, named: "index.json", of: self, document("index.json"))
        guard let descriptor = index.manifests.first, index.manifests.count == 1 else {
            throw ContainerImageError.unreadable(
                path, reason: "it has \(index.manifests.count) images where one is expected")
        }
        guard descriptor.mediaType == OCIMediaType.manifest else {
            throw ContainerImageError.unreadable(
                path, reason: "its image is a \(descriptor.mediaType) where a \(OCIMediaType.manifest) is expected")
        }
        let manifest = try JSONDecoder().decode(
            OCIManifest.self, named: descriptor.digest, of: self, verifiedDocument(descriptor))
        let configuration = try JSONDecoder().decode(
            OCIConfiguration.self, named: manifest.config.digest, of: self, verifiedDocument(manifest.config))
        guard configuration.rootfs.diffIDs.count == manifest.layers.count else {
            throw ContainerImageError.unreadable(
                path,
                reason: "its manifest has \(manifest.layers.count) layers and its configuration "
                    + "\(configuration.rootfs.diffIDs.count)")
        }
        return (manifest, descriptor.digest, configuration)
    }

    /// Opens the member that holds a blob.
    func open(_ descriptor: OCIDescriptor) throws -> ArchiveReader {
        let parts = descriptor.digest.split(separator: ":")
        guard parts.count == 2, parts[0] == "sha256" else {
            throw ContainerImageError.unreadable(path, reason: "\(descriptor.digest) is no SHA-256 digest")
        }
        return try open("blobs/sha256/\(parts[1])")
    }

    private func open(_ name: String) throws -> ArchiveReader {
        let archive = try ArchiveReader(path)
        while let member = try archive.next() {
            let memberName = member.path.hasPrefix("./") ? String(member.path.dropFirst(2)) : member.path
            if memberName == name { return archive }
        }
        throw ContainerImageError.unreadable(path, reason: "it has no \(name)")
    }

    private func document(_ name: String) throws -> [UInt8] {
        try open(name).readAll(limit: Self.documentLimit)
    }

    private func verifiedDocument(_ descriptor: OCIDescriptor) throws -> [UInt8] {
        let bytes = try open(descriptor).readAll(limit: Self.documentLimit)
        let actual = "sha256:\(Digest.of(bytes))"
        guard actual == descriptor.digest else {
            throw ContainerImageError.damaged(
                path, what: "a \(descriptor.mediaType)", expected: descriptor.digest, actual: actual)
        }
        return bytes
    }
}

extension JSONDecoder {
    fileprivate func decode<Value: Decodable>(
        _ type: Value.Type, named name: String, of archive: OCIArchiveReader, _ bytes: [UInt8]
    ) throws -> Value {
        do {
            return try decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw ContainerImageError.unreadable(archive.path, reason: "\(name): \(error.reason)")
        }
    }
}

extension DecodingError {
    /// One line: where, and what is wrong there.
    fileprivate var reason: String {
        let (context, key): (Context, String?) =
            switch self {
            case .keyNotFound(let key, let context): (context, key.stringValue)
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                (context, nil)
            @unknown default: (Context(codingPath: [], debugDescription: "not as expected"), nil)
            }
        let path = (context.codingPath.map(\.stringValue) + [key].compactMap(\.self)).joined(separator: ".")
        return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    }
}
