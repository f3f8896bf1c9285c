import HostSystem
import OSTree
import RPM
import SystemPackage

/// Writes one package as an OSTree commit: its files under translated paths, owned by root.
///
/// Owners other than root are names in the header; they are resolved when a tree is assembled, because only the tree
/// knows their numbers.
struct PackageImporter {
    let repository: Repository
    let options: ImportOptions

    /// Imports a package file, inside a running transaction, and returns the commit.
    ///
    /// - Parameters:
    ///   - checksum: the package file's checksum in the repository metadata; recorded as the cache's key.
    ///   - buffer: scratch memory of this thread.
    /// - Throws: ``ComposeError`` for paths without a place, `RPMError` for damaged packages, `GLibError`.
    func importPackage(
        _ path: FilePath, checksum: String, buffer: UnsafeMutableRawBufferPointer
    ) throws -> String {
        let archive = try PackageArchive(path)
        let nevra = archive.header.nevra
        let root = TreeDirectory()
        var contents: [Int: String] = [:]
        while let member = try archive.next() {
            let file = member.file
            if file.isRegular, member.hasContent, try member.links.count > 1 || wants(file, in: archive.header) {
                let object = try write(member, of: archive, package: nevra, buffer: buffer)
                for link in member.links { contents[link] = object }
            }
            guard options.includes(file), let place = try place(of: file, in: archive.header) else { continue }
            if file.isDirectory {
                let directory = root.ensurePath(place)
                directory.attributes = FileAttributes(permissions: options.permissions(file))
            } else if file.isSymlink {
                try add(
                    try repository.writeSymlink(to: Self.collapse(file.linkTarget)), at: place, to: root, file, nevra)
            } else if file.isRegular {
                let object = try contents[member.index] ?? write(member, of: archive, package: nevra, buffer: buffer)
                try add(object, at: place, to: root, file, nevra)
            } else if !isDevice(file) {
                throw ComposeError.unsupportedFile(package: nevra, path: file.path, kind: "special file")
            }
        }
        let tree = try repository.write(root)
        return try repository.writeCommit(
            tree, metadata: ImportedPackage.metadata(of: archive.header, checksum: checksum, options: options),
            time: UInt64(max(0, archive.header.buildTime)))
    }

    /// The place of a file in the tree; nil where it leaves none.
    ///
    /// - Throws: ``ComposeError/unsupportedPath(package:path:)``
    func place(of file: PackageFile, in header: PackageHeader) throws -> String? {
        switch PathTranslation.of(file.path, isSymlink: file.isSymlink, keepsLocal: options.keepsLocal) {
        case .tree(let path), .linked(let path, _, _):
            return path
        case .state(let path):
            if file.isDirectory || file.isSymlink { return nil }
            guard path.hasPrefix("/var/"), !path.hasPrefix("/var/usrlocal/") else {
                throw ComposeError.unsupportedPath(package: header.nevra, path: file.path)
            }
            // State that a package brings is copied into place by systemd-tmpfiles when it is missing.
            return "usr/share/factory\(path)"
        case .skip:
            return nil
        case .unsupported:
            // These packages exist to own the root of a classic system.
            if ["filesystem", "rootfiles"].contains(header.name) { return nil }
            throw ComposeError.unsupportedPath(package: header.nevra, path: file.path)
        }
    }

    private func wants(_ file: PackageFile, in header: PackageHeader) throws -> Bool {
        try options.includes(file) && place(of: file, in: header) != nil
    }

    private func write(
        _ member: PackageArchive.Member, of archive: PackageArchive, package: String,
        buffer: UnsafeMutableRawBufferPointer
    ) throws -> String {
        let file = member.file
        var attributes = FileAttributes(permissions: options.permissions(file))
        if !file.capabilities.isEmpty {
            guard let bytes = FileCapabilities.bytes(file.capabilities) else {
                throw ComposeError.invalidCapabilities(package: package, path: file.path, text: file.capabilities)
            }
            attributes.extendedAttributes[FileCapabilities.attribute] = bytes
        }
        let writer = try repository.beginFile(attributes, length: UInt64(file.size))
        try archive.readContent(of: member, into: buffer) { try writer.write($0) }
        return try writer.finish()
    }

    private func add(
        _ checksum: String, at place: String, to root: TreeDirectory, _ file: PackageFile, _ package: String
    ) throws {
        let path = FilePath(place)
        guard let name = path.lastComponent?.string else { return }
        let directory = root.ensurePath(path.removingLastComponent().string)
        if let present = directory.entries[name] {
            guard case .file(let other) = present, other.checksum == checksum else {
                throw ComposeError.fileConflict(
                    path: file.path, first: package, second: package, reason: "twice with different content", more: 0)
            }
        }
        directory.entries[name] = .file(TreeFile(checksum: checksum, origin: nil))
    }

    private func isDevice(_ file: PackageFile) -> Bool { [0o020000, 0o060000].contains(file.mode & 0o170000) }

    /// Removes doubled slashes of a link's target.
    static func collapse(_ target: String) -> String {
        var result = ""
        for character in target where !(character == "/" && result.last == "/") { result.append(character) }
        return result
    }
}
