import HostSystem
import LibArchive
import SystemPackage
import Zlib

/// Writes a layer: tar, digest, gzip, digest, file, all at once and never holding more than a few buffers.
enum BlobWriter {
    /// Names the code and the compressor: layers of the same name and content have the same bytes.
    static func identity(level: Int32) -> String {
        "tar-pax-1 gzip-\(level) zlib-\(GzipCompressor.libraryVersion)"
    }

    /// Writes the members that `body` adds to a new file at `path`.
    static func write(
        to path: FilePath, level: Int32, _ body: (ArchiveWriter) throws -> Void
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
            let store: GzipCompressor.Sink = { bytes in
                digest.update(bytes)
                size += Int64(bytes.count)
                _ = try describing("write", path) { try output.writeAll(bytes) }
            }
            let compressor = try GzipCompressor(level: level)
            let archive = try ArchiveWriter(.paxRestricted) { bytes in
                diffID.update(bytes)
                uncompressedSize += Int64(bytes.count)
                try compressor.write(bytes, to: store)
            }
            try body(archive)
            try archive.finish()
            try compressor.finish(to: store)
            return Blob(
                digest: digest.finish(), diffID: diffID.finish(), size: size, uncompressedSize: uncompressedSize)
        }
    }
}
