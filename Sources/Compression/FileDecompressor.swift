import Foundation
import HostSystem
import LibArchive
import Lzma
import SystemPackage
import Zlib
import Zstd

/// Decompresses a file of any of the formats, holes where the content is zeros.
public struct FileDecompressor: Sendable {
    /// How many threads may work on one file, where its format allows more than one.
    public let threads: Int
    /// The bytes of memory above which fewer of them work.
    public let memory: UInt64

    /// A decompressor with these means.
    public init(threads: Int, memory: UInt64) {
        self.threads = threads
        self.memory = memory
    }

    /// What came out.
    public struct Content: Sendable, Equatable {
        /// SHA-256 of the content.
        public let digest: String
        /// Its size in bytes.
        public let size: Int64
    }

    /// Writes the content of `source` to `destination`, which is made, or emptied first. Blocks.
    ///
    /// - Throws: ``CompressionError`` where a file cannot be read or written, the error of the format's library where it is
    ///   damaged; what was written so far is removed.
    public func decompress(_ source: FilePath, _ compressor: Compressor, to destination: FilePath) throws -> Content {
        let output: FileDescriptor
        do {
            output = try FileDescriptor.open(
                destination, .writeOnly, options: [.create, .truncate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
        } catch {
            throw CompressionError("cannot make \(destination): \(error)")
        }
        do {
            return try output.closeAfter {
                try withContent(of: source, compressor) { try Self.copy($0, to: output, destination) }
            }
        } catch {
            unlink(destination.string)
            throw error
        }
    }

    private typealias Read = (UnsafeMutableRawBufferPointer) throws -> Int

    private func withContent<Result>(
        of source: FilePath, _ compressor: Compressor, _ body: (Read) throws -> Result
    ) throws -> Result {
        if compressor == .zip {
            let archive = try ArchiveReader(zip: source)
            guard try archive.next() != nil else { throw CompressionError("\(source) has no member") }
            return try body(archive.read)
        }
        let input: FileDescriptor
        do {
            input = try FileDescriptor.open(source, .readOnly, options: .closeOnExec)
        } catch {
            throw CompressionError("cannot read \(source): \(error)")
        }
        return try input.closeAfter {
            let raw: Read = { buffer in
                do {
                    return try input.read(into: buffer)
                } catch {
                    throw CompressionError("cannot read \(source): \(error)")
                }
            }
            switch compressor {
            case .xz: return try body(XZDecompressor(threads: threads, memory: memory, source: raw).read)
            case .zstd: return try body(ZstdDecompressor(source: raw).read)
            case .gzip, .zip: return try body(GzipDecompressor(source: raw).read)
            }
        }
    }

    private static let pieceSize = 64 << 10

    private static func copy(_ read: Read, to output: FileDescriptor, _ path: FilePath) throws -> Content {
        var digest = Digest()
        var size: Int64 = 0
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceSize, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            var filled = 0
            while filled < pieceSize {
                let count = try read(UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
                if count == 0 { break }
                filled += count
            }
            let piece = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
            digest.update(piece)
            do {
                if !isZero(piece) { try output.writeAll(toAbsoluteOffset: size, piece) }
                size += Int64(filled)
                guard filled < pieceSize else { continue }
                guard ftruncate(output.rawValue, off_t(size)) == 0 else { throw Errno(rawValue: errno) }
            } catch {
                throw CompressionError("cannot write \(path): \(error)")
            }
            return Content(digest: digest.finish(), size: size)
        }
    }

    private static func isZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let first = bytes.baseAddress, bytes.first == 0 else { return bytes.isEmpty }
        return memcmp(first, first + 1, bytes.count - 1) == 0
    }
}
