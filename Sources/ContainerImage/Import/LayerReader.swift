import HostSystem
import LibArchive
import Zlib
import Zstd

/// Reads a layer of an image: verifies both of its digests on the way, and decompresses it.
final class LayerReader {
    private let image: String
    private let descriptor: OCIDescriptor
    private let diffID: String
    private let state = State()
    private let source: ArchiveReader.Source

    /// What the source's closures share.
    private final class State {
        var digest = Digest()
        var diffID = Digest()
    }

    init(_ layout: OCILayout, _ descriptor: OCIDescriptor, diffID: String) throws {
        image = layout.name
        self.descriptor = descriptor
        self.diffID = diffID
        let blob = try layout.open(descriptor)
        let state = self.state
        let plain = try Self.decompress(descriptor.mediaType, image: image) { buffer in
            let count = try blob.read(into: buffer)
            state.digest.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            return count
        }
        source = { buffer in
            let count = try plain(buffer)
            state.diffID.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            return count
        }
    }

    /// zstd:chunked is zstd with its table of contents in frames that are skipped.
    private static func decompress(
        _ mediaType: String, image: String, _ stored: @escaping ArchiveReader.Source
    ) throws -> ArchiveReader.Source {
        switch mediaType {
        case OCIMediaType.gzipLayer, OCIMediaType.dockerLayer:
            let decompressor = try GzipDecompressor(source: stored)
            return { try decompressor.read(into: $0) }
        case OCIMediaType.zstdLayer:
            let decompressor = try ZstdDecompressor(source: stored)
            return { try decompressor.read(into: $0) }
        case OCIMediaType.plainLayer: return stored
        default:
            throw ContainerImageError.unreadable(image, reason: "layers of type \(mediaType) are not supported")
        }
    }

    /// Calls `body` for each member; it may read the member's content.
    ///
    /// - Throws: ``ContainerImageError/damaged(_:what:expected:actual:)`` at the end where a digest differs,
    ///   ``ContainerImageError/damagedBlob(_:blob:reason:)`` for bytes that cannot be read, and what `body` throws.
    func forEach(_ body: (ArchiveEntry, ArchiveReader) throws -> Void) throws {
        do {
            let archive = try ArchiveReader(name: "layer \(descriptor.digest)", source: source)
            while let member = try archive.next() { try body(member, archive) }
            // A tar stream may end before the bytes do.
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
            defer { buffer.deallocate() }
            while try source(buffer) > 0 {}
        } catch let error as ZlibError {
            throw damaged(error.message)
        } catch let error as ZstdError {
            throw damaged(error.message)
        } catch let error as ArchiveError {
            throw damaged(error.message)
        }
        try verify("layer", descriptor.digest, state.digest)
        try verify("the content of layer \(descriptor.digest)", diffID, state.diffID)
    }

    private func damaged(_ reason: String) -> ContainerImageError {
        .damagedBlob(image, blob: descriptor.digest, reason: reason)
    }

    private func verify(_ what: String, _ expected: String, _ digest: Digest) throws {
        let actual = "sha256:\(digest.finish())"
        guard actual == expected else {
            throw ContainerImageError.damaged(image, what: what, expected: expected, actual: actual)
        }
    }
}
