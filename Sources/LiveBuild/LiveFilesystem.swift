import Deployment
import Foundation
import HostSystem
import SystemPackage

/// The read-only filesystem that a live system runs from.
public enum LiveFilesystem: String, Sendable, CaseIterable {
    case squashfs, erofs

    /// Its name in the archive that the kernel unpacks, where it lies at ``RootfsArchive/filesystemOffset``.
    var member: String { "root.\(rawValue)" }

    /// The options of its maker where image.yaml has none (`live-rootfs-fsoptions`).
    private var defaultOptions: [String] {
        switch self {
        case .squashfs: ["-comp", "zstd"]
        case .erofs: ["-zlz4hc,9", "-C65536"]
        }
    }

    /// Makes the filesystem of a tree.
    ///
    /// - Parameters:
    ///   - options: of `sqfstar` (mksquashfs's) or `mkfs.erofs`; nil for the default ones.
    ///   - timestamp: seconds since 1970; when it was made.
    /// - Throws: ``LiveBuildError/needsRoot(_:)``, `CommandError`, `ArchiveError`, `FileTreeWriterError`, or `Errno`.
    func write(
        _ tree: FileTree, to output: FilePath, options: [String]?, timestamp: Int64, seed: String,
        workDirectory: FilePath
    ) async throws {
        let options = options ?? defaultOptions
        switch self {
        case .squashfs:
            try await squash(tree, to: output, options, timestamp, workDirectory)
        case .erofs:
            guard geteuid() == 0 else { throw LiveBuildError.needsRoot(rawValue) }
            let folder = workDirectory.appending("erofs")
            try FileContent.createDirectory(folder)
            _ = try await Blocking.run { try FileTreeWriter(to: folder).write(tree) }
            let uuid = DerivedUUID.make(seed: seed, name: "live root")
            // What is compressed already is stored as it is: trying takes a minute for 200 MB.
            let hints = workDirectory.appending("erofs.hints")
            try AtomicFile.write(Array("0 \\.zst$\n".utf8), to: hints)
            try await Command(
                "mkfs.erofs",
                ["--quiet", "-T\(timestamp)", "--preserve-mtime", "-U\(uuid)"] + options
                    + (options.contains { $0.hasPrefix("-z") } ? ["--compress-hints=\(hints)"] : [])
                    + [output.string, folder.string]
            ).run()
            try FileContent.remove(folder)
        }
    }

    private func squash(
        _ tree: FileTree, to output: FilePath, _ options: [String], _ timestamp: Int64, _ workDirectory: FilePath
    ) async throws {
        let archive = workDirectory.appending("root.tar")
        defer { unlink(archive.string) }
        try await Blocking.run {
            let file = try FileDescriptor.open(
                archive, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: .ownerReadWrite)
            try file.closeAfter { try TreeArchive.write(tree, to: file) }
        }
        let mode = String(tree.entries[0].attributes.permissions, radix: 8)
        let fixed = ["-no-progress", "-quiet", "-exit-on-error", "-root-mode", mode]
        // The root directory is the caller's, whatever the options for its owner say (4.5.1).
        let asRoot =
            geteuid() == 0 ? [] : ["bwrap", "--unshare-user", "--uid", "0", "--gid", "0", "--dev-bind", "/", "/"]
        // It reads the archive from its standard input only. The variable is the time of the filesystem and the latest of a
        // file: with the options for single times the bytes would be different each time.
        try await Command(
            "sh",
            ["-c", #"archive=$1; shift; exec "$@" <"$archive""#, "sh", archive.string] + asRoot + ["sqfstar"] + options
                + fixed + [output.string], environment: ["SOURCE_DATE_EPOCH": "\(timestamp)"]
        ).run()
    }
}
