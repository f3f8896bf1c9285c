import Foundation
import HostSystem
import LibArchive
import SystemPackage

/// A blob of an image that is being read.
public final class BlobReader {
    /// Bytes.
    public let size: Int64
    private let name: String
    private let source: (UnsafeMutableRawBufferPointer) throws -> Int

    /// A blob in a file of its own.
    init(file path: FilePath) throws {
        let file = try OpenFile(path)
        size = file.size
        name = path.string
        var offset: Int64 = 0
        source = { buffer in
            let count = try file.read(into: buffer, at: offset)
            offset += Int64(count)
            return count
        }
    }

    /// The member of a tar file whose headers begin at `offset`.
    init(archive path: FilePath, offset: Int64) throws {
        let file = try OpenFile(path)
        var offset = offset
        let archive = try ArchiveReader(name: path.string) { buffer in
            let count = try file.read(into: buffer, at: offset)
            offset += Int64(count)
            return count
        }
        size = try archive.next()?.size ?? 0
        name = path.string
        source = { try archive.read(into: $0) }
    }

    /// Puts the next bytes into `buffer` and returns how many there are; 0 at the end.
    ///
    /// - Throws: ``ContainerImageError``, or `ArchiveError` where the archive ends early.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int { try source(buffer) }

    /// All bytes.
    ///
    /// - Parameter limit: the number of bytes above which it is refused.
    func readAll(limit: Int) throws -> [UInt8] {
        guard size <= limit else {
            throw ContainerImageError.unreadable(name, reason: "a document of \(size) bytes is longer than \(limit)")
        }
        var content: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while case let count = try read(into: buffer), count > 0 { content += buffer[..<count] }
        return content
    }

    /// A file that is closed when it is let go.
    private final class OpenFile {
        let size: Int64
        private let path: FilePath
        private let descriptor: FileDescriptor

        init(_ path: FilePath) throws {
            self.path = path
            descriptor = try describing("open", path) { try FileDescriptor.open(path, .readOnly) }
            size = try describing("read", path) { [descriptor] in try descriptor.seek(offset: 0, from: .end) }
        }

        deinit { try? descriptor.close() }

        func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
            try describing("read", path) { try descriptor.read(fromAbsoluteOffset: offset, into: buffer) }
        }
    }
}
