import Deployment
import HostSystem
import LibArchive
import SystemPackage

/// A tree of files as a pax archive, with owners, times, extended attributes and hard links.
enum TreeArchive {
    /// Writes the archive.
    ///
    /// - Throws: `ArchiveError`, or `Errno`.
    static func write(_ tree: FileTree, to output: FileDescriptor) throws {
        let writer = try ArchiveWriter(.paxRestricted) { _ = try output.writeAll($0) }
        for entry in tree.entries where entry.path != "/" {
            var member = ArchiveEntry(
                path: String(entry.path.dropFirst()), kind: .regular, mode: UInt32(entry.attributes.permissions),
                uid: entry.attributes.owner, gid: entry.attributes.group,
                modificationTime: entry.attributes.modificationTime,
                extendedAttributes: entry.attributes.extendedAttributes.sorted { $0.key < $1.key }
                    .map { .init(name: $0.key, value: $0.value) })
            switch entry.kind {
            case .directory: member.kind = .directory
            case .symbolicLink(let target): member.kind = .symlink(target: target)
            case .hardLink(let other): member.kind = .hardlink(target: String(other.dropFirst()))
            case .file(.bytes(let bytes)):
                try writer.add(member, content: bytes)
                continue
            case .file(.file(let source, let size)):
                member.size = size
                try writer.begin(member)
                let input = try FileDescriptor.open(source, .readOnly, options: .closeOnExec)
                try input.closeAfter { try input.readPieces(of: 0..<size) { try writer.write($0) } }
                continue
            }
            try writer.add(member)
        }
        try writer.finish()
    }
}
