import Foundation
import HostSystem
import OSTree
import SystemPackage

/// Takes what an overlay's upper directory holds back into the tree.
///
/// Everything that a hard-link checkout hides was laid over the checkout before anything ran (``OwnerOverlay``), so
/// that what lstat(2) says here is what is meant; copied-up `user.ostreemeta` attributes are stale and not looked at.
struct OverlayFold {
    let repository: Repository

    /// Merges `upper` into `directory`, inside a running transaction.
    ///
    /// - Throws: ``ComposeError/unsupportedResult(path:reason:)`` for sockets, pipes and devices.
    func fold(_ upper: FilePath, into directory: TreeDirectory, path: String = "") throws {
        for name in try sortedNames(upper) {
            let source = upper.appending(name)
            let childPath = "\(path)/\(name)"
            guard let status = try FileStatus.of(source) else { continue }
            if status.isWhiteout {
                directory.entries[name] = nil
            } else if status.isDirectory {
                if try isOpaque(source) { directory.entries[name] = .directory(TreeDirectory()) }
                let target = directory.ensureDirectory(name)
                // A checkout does not show the attributes of the tree's directories, so those that are there stay.
                let kept = target.attributes.extendedAttributes
                let own = try KeptAttributes.read([KeptAttributes.component], of: source)
                target.attributes = FileAttributes(
                    uid: status.uid, gid: status.gid, permissions: status.permissions,
                    extendedAttributes: kept.merging(own) { _, new in new })
                try fold(source, into: target, path: childPath)
            } else {
                let checksum = try write(source, status, path: childPath)
                directory.entries[name] = .file(TreeFile(checksum: checksum, origin: directory.file(name)?.origin))
            }
        }
    }

    private func write(_ source: FilePath, _ status: FileStatus, path: String) throws -> String {
        if status.isSymlink {
            return try repository.writeSymlink(to: linkTarget(source), uid: status.uid, gid: status.gid)
        }
        guard status.isRegular else {
            throw ComposeError.unsupportedResult(path: path, reason: "it is a socket, a pipe or a device")
        }
        let attributes = FileAttributes(
            uid: status.uid, gid: status.gid, permissions: status.permissions,
            extendedAttributes: try KeptAttributes.read(KeptAttributes.files, of: source))
        return try repository.writeFile(attributes, from: source, length: status.size)
    }

    /// Whether the directory hides everything below it: it replaced something, or was removed and made anew.
    private func isOpaque(_ path: FilePath) throws -> Bool {
        for name in ["trusted.overlay.opaque", "user.overlay.opaque"] {
            if try ExtendedAttribute.get(name, of: path) == [UInt8(ascii: "y")] { return true }
        }
        return false
    }
}
