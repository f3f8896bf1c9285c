import HostSystem
import LibArchive
import SystemPackage
import Zlib

/// Reads a layer of an OCI archive: verifies both of its digests on the way, and decompresses it.
final class LayerReader {
    private let path: FilePath
    private let descriptor: OCIDescriptor
    private let diffID: String
    private let state = State()
    private let source: ArchiveReader.Source

    /// What the source's closures share.
    private final class State {
        var digest = Digest()
        var diffID = Digest()
    }

    init(_ archive: OCIArchiveReader, _ descriptor: OCIDescriptor, diffID: String) throws {
        path = archive.path
        self.descriptor = descriptor
        self.diffID = diffID
        let blob = try archive.open(descriptor)
        let state = self.state
        let stored: ArchiveReader.Source = { buffer in
            let count = try blob.read(into: buffer)
            state.digest.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            return count
        }
        let plain: ArchiveReader.Source
        switch descriptor.mediaType {
        case OCIMediaType.gzipLayer:
            let decompressor = try GzipDecompressor(source: stored)
            plain = { try decompressor.read(into: $0) }
        case OCIMediaType.plainLayer: plain = stored
        default:
            throw ContainerImageError.unreadable(
                archive.path, reason: "layers of type \(descriptor.mediaType) are not supported")
        }
        source = { buffer in
            let count = try plain(buffer)
            state.diffID.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            return count
        }
    }

    /// Calls `body` for each member; it may read the member's content.
    ///
    /// - Throws: ``ContainerImageError/damaged(_:what:expected:actual:)`` at the end where a digest differs, and what
    ///   `body` throws.
    func forEach(_ body: (ArchiveEntry, ArchiveReader) throws -> Void) throws {
        let archive = try ArchiveReader(name: "layer \(descriptor.digest) of \(path)", source: source)
        while let member = try archive.next() { try body(member, archive) }
        // A tar stream may end before the bytes do.
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while try source(buffer) > 0 {}
        try verify("layer", descriptor.digest, state.digest)
        try verify("the content of layer \(descriptor.digest)", diffID, state.diffID)
    }

    private func verify(_ what: String, _ expected: String, _ digest: Digest) throws {
        let actual = "sha256:\(digest.finish())"
        guard actual == expected else {
            throw ContainerImageError.damaged(path, what: what, expected: expected, actual: actual)
        }
    }
}
