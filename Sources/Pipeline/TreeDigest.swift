import Foundation
import HostSystem
import SystemPackage

/// The digest of a directory tree by content: relative paths, file types, permissions, symlink targets, bytes, and the
/// attribute `user.component`, which layers hand on to the commit.
enum TreeDigest {
    static func of(_ root: FilePath) throws -> String {
        var digest = Digest()
        for entry in try entries(below: root) {
            digest.update(field: entry)
            try update(&digest, with: root.appending(entry))
        }
        return digest.finish()
    }

    /// Every path below `root`, relative to it and sorted by bytes.
    private static func entries(below root: FilePath) throws -> [String] {
        var status = stat()
        guard stat(root.string, &status) == 0 else {
            if errno == ENOENT { return [] }
            throw PipelineError("cannot read the input folder \(root): \(Errno(rawValue: errno))")
        }
        // A folder given by a symbolic link is meant itself; links below it are not followed.
        let real = URL(fileURLWithPath: root.string).resolvingSymlinksInPath().path
        guard let walker = FileManager.default.enumerator(atPath: real) else { return [] }
        return walker.compactMap { $0 as? String }.filter(isInput).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Git's own folder and the metadata that createrepo_c makes of the RPMs beside it are no inputs.
    private static func isInput(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        return !parts.contains(".git") && parts.first != "repodata"
    }

    private static func update(_ digest: inout Digest, with path: FilePath) throws {
        var status = stat()
        guard lstat(path.string, &status) == 0 else {
            throw PipelineError("cannot read the input \(path): \(Errno(rawValue: errno))")
        }
        digest.update(field: String(status.st_mode, radix: 8))
        do {
            if let component = try ExtendedAttribute.get("user.component", of: path) {
                digest.update(field: "component \(Digest.of(component))")
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG: digest.update(field: try Digest.ofFile(path))
            case S_IFLNK: digest.update(field: try FileManager.default.destinationOfSymbolicLink(atPath: path.string))
            default: break
            }
        } catch {
            throw PipelineError("cannot read the input \(path): \(error)")
        }
    }
}
