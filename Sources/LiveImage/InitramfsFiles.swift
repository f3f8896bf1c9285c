import LibArchive
import Lzma

/// Small files that the kernel unpacks into the initramfs: a cpio archive of the format `newc`, compressed with xz.
public struct InitramfsFiles: Sendable, Equatable {
    /// Contents by path, such as `config.ign`; no path starts with a slash.
    public var files: [String: [UInt8]]

    /// The path of an Ignition config that a live system takes.
    public static let ignitionConfig = "config.ign"

    /// The largest file that is read, in bytes.
    private static let limit = 16 << 20

    /// Files by path.
    public init(_ files: [String: [UInt8]] = [:]) { self.files = files }

    /// Reads an archive, compressed or not; zeros may follow it.
    ///
    /// - Parameter name: how errors call it.
    /// - Throws: `ArchiveError`.
    init(archive bytes: [UInt8], name: String) throws {
        files = [:]
        var position = 0
        let reader = try ArchiveReader(cpio: name) { buffer in
            let count = min(buffer.count, bytes.count - position)
            buffer.copyBytes(from: bytes[position..<position + count])
            position += count
            return count
        }
        while let entry = try reader.next() {
            guard entry.kind == .regular else { continue }
            files[entry.path] = try reader.readAll(limit: Self.limit)
        }
    }

    /// The archive, the same for the same files; a directory comes before what is in it, or the kernel would not unpack
    /// that.
    ///
    /// - Throws: `ArchiveError`, `XZError`.
    package func archive() throws -> [UInt8] {
        var archive: [UInt8] = []
        let writer = try ArchiveWriter(.cpio) { archive.append(contentsOf: $0) }
        var directories: Set<String> = []
        for (path, content) in files.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            let parts = path.split(separator: "/")
            for depth in 1..<max(1, parts.count) {
                let directory = parts.prefix(depth).joined(separator: "/")
                guard directories.insert(directory).inserted else { continue }
                try writer.add(ArchiveEntry(path: directory, kind: .directory, mode: 0o755))
            }
            try writer.add(ArchiveEntry(path: path, kind: .regular, mode: 0o600), content: content)
        }
        try writer.finish()
        // The kernel's decompressor knows CRC-32 only (Documentation/staging/xz.rst).
        let block = try archive.withUnsafeBytes { try XZBlockCompressor(preset: 9, check: .crc32).compress($0) }
        var frame = XZFrame(check: .crc32)
        frame.add(block)
        return try frame.header() + block.bytes + frame.trailer()
    }
}
