import Foundation
import HostSystem
import Lzma
import SystemPackage

/// How a minimal image, one without the root filesystem, is put together from a full one: `coreos/miniso.dat`
/// (coreos-installer, src/miniso.rs, version 1).
///
/// Files that both have are copied from the full image; what lies between them is kept compressed.
package struct MinimalImage: Sendable, Equatable {
    /// A file that both images have, in blocks of ``ISOContents/blockSize`` bytes.
    package struct SharedFile: Sendable, Equatable {
        /// Its first block in the minimal image.
        let minimal: UInt32
        /// Its first block in the full image.
        let full: UInt32
        /// Its size in bytes.
        let size: UInt32

        var minimalOffset: Int64 { Int64(minimal) * ISOContents.blockSize }
        var fullOffset: Int64 { Int64(full) * ISOContents.blockSize }
    }

    /// The path of the data in a full image.
    package static let dataPath = "coreos/miniso.dat"

    /// In the order of the minimal image.
    let files: [SharedFile]
    /// SHA-256 of the minimal image, in hexadecimal digits.
    let digest: String
    /// What is around ``files``, as an .xz stream.
    let rest: [UInt8]

    /// Compares two images that were made in the same way, with the root filesystem and without it.
    ///
    /// - Throws: ``LiveImageError``, `CommandError`, `XZError`, or `Errno`.
    package static func pack(minimal: FilePath, full: FilePath) async throws -> MinimalImage {
        let (ours, theirs) = (try await ISOContents(of: minimal), try await ISOContents(of: full))
        var files: Set<[UInt32]> = []
        for (path, file) in ours.files where file.size > 0 {
            guard let other = theirs.files[path], other.size == file.size else {
                throw LiveImageError.malformed(minimal, file: path, reason: "\(full) has no such file of that size")
            }
            files.insert([
                UInt32(clamping: file.offset / ISOContents.blockSize),
                UInt32(clamping: other.offset / ISOContents.blockSize), UInt32(clamping: file.size),
            ])
        }
        let shared = files.map { SharedFile(minimal: $0[0], full: $0[1], size: $0[2]) }.sorted {
            $0.minimal < $1.minimal
        }
        let image = try FileDescriptor.opened(minimal, .readOnly)
        return try image.closeAfter {
            let end = try image.seek(offset: 0, from: .end)
            var (digest, between, position) = (Digest(), [UInt8](), Int64(0))
            for file in shared {
                try image.readPieces(of: position..<file.minimalOffset) { between += $0 }
                position = file.minimalOffset + Int64(file.size)
            }
            try image.readPieces(of: position..<end) { between += $0 }
            try image.readPieces(of: 0..<end) { digest.update($0) }
            let block = try between.withUnsafeBytes { try XZBlockCompressor(preset: 9).compress($0) }
            var frame = XZFrame()
            frame.add(block)
            return MinimalImage(
                files: shared, digest: digest.finish(), rest: try frame.header() + block.bytes + frame.trailer())
        }
    }

    /// Puts the minimal image together.
    ///
    /// - Throws: ``LiveImageError/malformed(_:file:reason:)`` where the result is not what it should be, `XZError`, or
    ///   `Errno`.
    func unpack(from full: FilePath, to output: FileDescriptor) throws {
        let image = try FileDescriptor.opened(full, .readOnly)
        try image.closeAfter {
            var digest = Digest()
            func put(_ bytes: UnsafeRawBufferPointer) throws {
                digest.update(bytes)
                _ = try output.writeAll(bytes)
            }
            var (read, between) = (0, try decompressedRest())
            for file in files {
                let count = Int(file.minimalOffset) - read
                guard count >= 0, count <= between.count else { throw damaged(full) }
                try between.prefix(count).withUnsafeBytes { try put($0) }
                between = between.dropFirst(count)
                try image.readPieces(of: file.fullOffset..<file.fullOffset + Int64(file.size)) { try put($0) }
                read = Int(file.minimalOffset) + Int(file.size)
            }
            try between.withUnsafeBytes { try put($0) }
            guard digest.finish() == self.digest else { throw damaged(full) }
        }
    }

    private func damaged(_ image: FilePath) -> LiveImageError {
        .malformed(
            image, file: Self.dataPath, reason: "what it makes has another SHA-256 than it should; the image is damaged"
        )
    }

    private func decompressedRest() throws -> ArraySlice<UInt8> {
        var position = 0
        let decompressor = try XZDecompressor(threads: 1, memory: 64 << 20) { buffer in
            let count = min(buffer.count, rest.count - position)
            buffer.copyBytes(from: rest[position..<position + count])
            position += count
            return count
        }
        var result: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while case let count = try decompressor.read(into: buffer), count > 0 { result += buffer[..<count] }
        return result[...]
    }
}
