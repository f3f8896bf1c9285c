import Foundation
import HostSystem
import LibArchive
import SystemPackage

/// An image layout (image-spec, image-layout.md): a directory, or a tar file, which is read without unpacking.
public struct OCILayout: Sendable {
    /// Where it is.
    public let path: FilePath
    /// What errors call it.
    let name: String
    private let storage: Storage

    private enum Storage: Sendable {
        case directory
        /// Where each member's headers begin.
        case archive([String: Int64])
    }

    /// The largest JSON document that is read; the largest known manifests have some 100 KB.
    private static let documentLimit = 4 << 20

    /// Opens the layout at `path`; a tar file is gone through once, member by member.
    ///
    /// - Parameter name: what errors call it; nil for the path.
    /// - Throws: ``ContainerImageError``.
    public init(_ path: FilePath, name: String? = nil) throws {
        self.path = path
        self.name = name ?? path.string
        guard FileContent.exists(path) else {
            throw ContainerImageError.file(path, operation: "open", .noSuchFileOrDirectory)
        }
        if FileContent.isDirectory(path) {
            storage = .directory
        } else {
            var members: [String: Int64] = [:]
            do {
                let archive = try ArchiveReader(path)
                while let member = try archive.next() {
                    let member = member.path.hasPrefix("./") ? String(member.path.dropFirst(2)) : member.path
                    members[member] = archive.headerOffset
                }
            } catch let error as ArchiveError {
                throw ContainerImageError.unreadable(self.name, reason: error.message)
            }
            storage = .archive(members)
        }
    }

    /// Whether it is one file.
    public var isArchive: Bool {
        switch storage {
        case .directory: false
        case .archive: true
        }
    }

    /// The descriptors in `index.json`.
    func index() throws -> OCIIndex { try decode(OCIIndex.self, named: "index.json", document("index.json")) }

    /// Opens a blob.
    ///
    /// - Throws: ``ContainerImageError`` where it is not there or has another size.
    func open(_ descriptor: OCIDescriptor) throws -> BlobReader {
        let parts = descriptor.digest.split(separator: ":")
        guard parts.count == 2, parts[0] == "sha256", parts[1].wholeMatch(of: /[0-9a-f]{64}/) != nil else {
            throw ContainerImageError.unreadable(name, reason: "\(descriptor.digest) is no SHA-256 digest")
        }
        let blob = try open("blobs/sha256/\(parts[1])")
        guard blob.size == descriptor.size else {
            throw ContainerImageError.damagedBlob(
                name, blob: descriptor.digest, reason: "it has \(blob.size) bytes and should have \(descriptor.size)")
        }
        return blob
    }

    /// The bytes of a JSON document whose digest is verified.
    func verifiedDocument(_ descriptor: OCIDescriptor) throws -> [UInt8] {
        let bytes = try open(descriptor).readAll(limit: Self.documentLimit)
        let actual = "sha256:\(Digest.of(bytes))"
        guard actual == descriptor.digest else {
            throw ContainerImageError.damaged(
                name, what: "a \(descriptor.mediaType)", expected: descriptor.digest, actual: actual)
        }
        return bytes
    }

    /// A JSON document as a value.
    func decode<Value: Decodable>(_ type: Value.Type, named document: String, _ bytes: [UInt8]) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw ContainerImageError.unreadable(name, reason: "\(document): \(error.reason)")
        }
    }

    private func document(_ member: String) throws -> [UInt8] {
        try open(member).readAll(limit: Self.documentLimit)
    }

    private func open(_ member: String) throws -> BlobReader {
        switch storage {
        case .directory:
            let file = path.appending(member)
            guard FileContent.exists(file) else { throw missing(member) }
            return try BlobReader(file: file)
        case .archive(let members):
            guard let offset = members[member] else { throw missing(member) }
            return try BlobReader(archive: path, offset: offset)
        }
    }

    private func missing(_ member: String) -> ContainerImageError {
        .unreadable(name, reason: "it has no \(member)")
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
