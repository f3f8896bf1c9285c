import Foundation
import HostSystem
import LibArchive
import LiveImage
import SystemPackage

/// `rootfs.img`: an archive in the format `newc`, not compressed, that a network boot gives to the kernel as a further
/// initramfs, and from which a live ISO mounts the filesystem where it lies.
enum RootfsArchive {
    /// Where the filesystem begins, in bytes; systems mount it from there.
    static let filesystemOffset: Int64 = 124
    /// The file by which initramfs and archive know that they belong together.
    static let stamp = "etc/coreos-live-rootfs"
    /// Sizes are numbers of 32 bits in this format.
    private static let limit = Int64(UInt32.max)

    /// Writes the archive.
    ///
    /// - Parameters:
    ///   - version: what the stamp says.
    ///   - further: further files by their name.
    /// - Throws: ``LiveImageError``, `ArchiveError`, or `Errno`.
    static func write(
        _ filesystem: FilePath, _ kind: LiveFilesystem, version: String, further: [String: FilePath],
        to output: FilePath
    ) throws {
        let file = try FileDescriptor.open(
            output, .writeOnly, options: [.create, .truncate, .closeOnExec],
            permissions: [.ownerReadWrite, .groupRead, .otherRead])
        try file.closeAfter {
            let writer = try ArchiveWriter(.cpio) { _ = try file.writeAll($0) }
            try add(filesystem, as: kind.member, to: writer)
            try writer.add(ArchiveEntry(path: "etc", kind: .directory, mode: 0o755))
            try writer.add(ArchiveEntry(path: stamp, kind: .regular, mode: 0o644), content: Array("\(version)\n".utf8))
            for (name, file) in further.sorted(by: { $0.key < $1.key }) { try add(file, as: name, to: writer) }
            try writer.finish()
        }
    }

    private static func add(_ source: FilePath, as path: String, to writer: ArchiveWriter) throws {
        let input = try FileDescriptor.open(source, .readOnly, options: .closeOnExec)
        try input.closeAfter {
            let size = try input.seek(offset: 0, from: .end)
            guard size <= limit else {
                throw LiveImageError.file(
                    source, operation: "pack", reason: "it has \(size) bytes, and \(limit) are the most")
            }
            try writer.begin(ArchiveEntry(path: path, kind: .regular, mode: 0o644, size: size))
            try input.readPieces(of: 0..<size) { try writer.write($0) }
        }
    }
}
