import Foundation
import HostSystem
import LibArchive
import SystemPackage

/// Writes a layer: tar, digest, compression, digest, file, all at once and never holding more than a few blocks.
enum BlobWriter {
    /// Names the code that makes the tar stream, and the compressor: layers of the same name and content have the same
    /// bytes.
    static func identity(_ compression: LayerCompression) -> String { "tar-pax-2 \(compression.identity)" }

    /// Writes the members that `body` adds to a new file at `path`, compressed on `workers` threads.
    static func write(
        to path: FilePath, compression: LayerCompression = .gzip,
        workers: Int = ProcessInfo.processInfo.activeProcessorCount, _ body: (ArchiveWriter) throws -> Void
    ) throws -> Blob {
        let pool = CompressionPool(compression, workers: workers)
        defer { pool.close() }
        return try write(to: path, pool: pool, body)
    }

    /// Writes the members that `body` adds to a new file at `path`, compressed by a pool that others use, too.
    static func write(
        to path: FilePath, pool: CompressionPool, _ body: (ArchiveWriter) throws -> Void
    ) throws -> Blob {
        let output = try describing("make", path) {
            try FileDescriptor.open(
                path, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite, .groupRead, .otherRead])
        }
        return try output.closeAfter {
            var digest = Digest()
            var diffID = Digest()
            var size: Int64 = 0
            var uncompressedSize: Int64 = 0
            let compressed = try CompressedStream(pool) { bytes in
                digest.update(bytes)
                size += Int64(bytes.count)
                _ = try describing("write", path) { try output.writeAll(bytes) }
            }
            let archive = try ArchiveWriter(.paxRestricted) { bytes in
                diffID.update(bytes)
                uncompressedSize += Int64(bytes.count)
                try compressed.write(bytes)
            }
            try body(archive)
            try archive.finish()
            try compressed.finish()
            return Blob(
                digest: digest.finish(), diffID: diffID.finish(), size: size, uncompressedSize: uncompressedSize,
                mediaType: pool.compression.mediaType)
        }
    }
}
