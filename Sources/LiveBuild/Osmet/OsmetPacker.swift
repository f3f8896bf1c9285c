import Compression
import Deployment
import Foundation
import HostSystem
import SystemPackage

/// Packs a disk image without what a live system has in its repository.
public struct OsmetPacker {
    private let blocks: ObjectBlocks
    private let creator: String
    private let workDirectory: FilePath

    /// A packer of disks that were made of the same commit as the live system.
    ///
    /// - Parameters:
    ///   - root: the live system's root filesystem.
    ///   - creator: this program's version.
    /// - Throws: the errors of the file system.
    public init(_ root: FileTree, creator: String, workDirectory: FilePath) throws {
        blocks = try ObjectBlocks(of: root)
        (self.creator, self.workDirectory) = (creator, workDirectory)
    }

    /// What a disk is.
    public struct Disk: Sendable {
        /// The raw image.
        public var image: FilePath
        /// Bytes of a sector.
        public var sectorSize: Int
        /// The operating system's name, for people.
        public var description: String
        /// The architecture, as `uname -m` names it.
        public var architecture: String

        /// A disk with all of its values.
        public init(image: FilePath, sectorSize: Int, description: String, architecture: String) {
            (self.image, self.sectorSize) = (image, sectorSize)
            (self.description, self.architecture) = (description, architecture)
        }
    }

    /// Writes the file that coreos-installer reads.
    ///
    /// - Returns: SHA-256 of the disk image.
    /// - Throws: `CompressionError`, `Errno`, or the errors of the file system.
    public func pack(_ disk: Disk, to output: FilePath) throws -> String {
        let image = try FileDescriptor.open(disk.image, .readOnly, options: .closeOnExec)
        let (rest, compressed) = (workDirectory.appending("osmet.rest"), workDirectory.appending("osmet.xz"))
        defer { for file in [rest, compressed] { unlink(file.string) } }
        return try image.closeAfter {
            let (mappings, digest, size) = try scan(image)
            let osmet = Osmet(
                creator: creator, sectorSize: disk.sectorSize, description: disk.description,
                architecture: disk.architecture, mappings: mappings, digest: digest, size: size)
            try Self.write(to: rest) { file in
                for part in osmet.rest { try image.readPieces(of: part) { _ = try file.writeAll($0) } }
            }
            let format = CompressionFormat(.xz)
            let threads = try CompressionThreads(
                [format], processors: ProcessInfo.processInfo.activeProcessorCount,
                available: ProcessInfo.processInfo.physicalMemory / 2)
            _ = try ParallelCompressor(threads: threads.count)
                .compress([CompressionRequest(rest, to: compressed, format: format)])
            try Self.write(to: output) { file in
                _ = try file.writeAll(osmet.encoded())
                let stream = try FileDescriptor.open(compressed, .readOnly, options: .closeOnExec)
                try stream.closeAfter {
                    let size = try stream.seek(offset: 0, from: .end)
                    try stream.readPieces(of: 0..<size) { _ = try file.writeAll($0) }
                }
            }
            return digest
        }
    }

    private static func write(to path: FilePath, _ body: (FileDescriptor) throws -> Void) throws {
        let file = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .truncate, .closeOnExec],
            permissions: [.ownerReadWrite, .groupRead, .otherRead])
        try file.closeAfter { try body(file) }
    }

    /// Finds the objects' blocks on a disk; each that counts was compared byte by byte.
    private func scan(_ image: FileDescriptor) throws -> ([Osmet.Mapping], digest: String, size: Int64) {
        let size = try image.seek(offset: 0, from: .end)
        var (digest, position) = (Digest(), Int64(0))
        var runs = ObjectRuns(blocks)
        try image.readPieces(of: 0..<size) { piece in
            digest.update(piece)
            for start in stride(from: 0, to: piece.count, by: ObjectBlocks.size) {
                let block = piece[start..<min(start + ObjectBlocks.size, piece.count)]
                try runs.add(UnsafeRawBufferPointer(rebasing: block), at: position + Int64(start))
            }
            position += Int64(piece.count)
        }
        return (runs.mappings, digest.finish(), size)
    }
}
