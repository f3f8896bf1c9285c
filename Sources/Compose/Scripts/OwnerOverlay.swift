import Foundation
import HostSystem
import RPM
import SystemPackage

/// Gives files of the mounted tree what a hard-link checkout cannot show: owners, set-uid bits, capabilities.
///
/// Afterwards lstat(2) tells the truth about every file, for scripts and for the fold alike.
struct OwnerOverlay {
    let tree: FilePath
    let options: ImportOptions

    /// Applies what the header of a package says to the files that it brought.
    ///
    /// - Parameter exists: whether the tree holds the package's own file at a path.
    /// - Throws: ``ComposeError/unknownOwner(package:path:kind:name:)``
    func apply(_ package: ImportedPackage, _ accounts: AccountNames, exists: (String) -> Bool) throws {
        for file in package.files where options.includes(file) && needs(file) {
            let nevra = package.header.nevra
            let capabilities = file.capabilities.isEmpty ? nil : FileCapabilities.bytes(file.capabilities)
            for place in places(of: file) where exists(place) {
                let path = tree.appending(place)
                guard let status = try FileStatus.of(path), status.mode & S_IFMT == file.mode & S_IFMT else { continue }
                guard let uid = accounts.users[file.user] else {
                    throw ComposeError.unknownOwner(package: nevra, path: file.path, kind: "user", name: file.user)
                }
                guard let gid = accounts.groups[file.group] else {
                    throw ComposeError.unknownOwner(package: nevra, path: file.path, kind: "group", name: file.group)
                }
                try apply(
                    path, uid: uid, gid: gid, permissions: status.isSymlink ? nil : options.permissions(file),
                    capabilities: capabilities)
            }
        }
    }

    /// Sets owner, permissions and capabilities of one file.
    func apply(_ path: FilePath, uid: UInt32, gid: UInt32, permissions: UInt32?, capabilities: [UInt8]? = nil) throws {
        try systemCall("change the owner of \(path)") { lchown(path.string, uid, gid) }
        // After the owner: changing it clears set-uid bits and capabilities.
        if let permissions { try systemCall("change the mode of \(path)") { chmod(path.string, permissions) } }
        if let capabilities { try ExtendedAttribute.set(FileCapabilities.attribute, to: capabilities, of: path) }
    }

    private func needs(_ file: PackageFile) -> Bool {
        if file.user != "root" || file.group != "root" || !file.capabilities.isEmpty { return true }
        return !file.isSymlink && Self.isHidden(options.permissions(file), isDirectory: file.isDirectory)
    }

    /// Whether a bare-user checkout shows other permissions than these.
    static func isHidden(_ permissions: UInt32, isDirectory: Bool) -> Bool {
        isDirectory ? permissions & 0o7000 != 0 : permissions & 0o775 | 0o400 != permissions
    }

    /// The paths at which a package's file may be: its content, or its state in /var and the factory copy of it.
    private func places(of file: PackageFile) -> [String] {
        switch PathTranslation.of(file.path, isSymlink: file.isSymlink, keepsLocal: options.keepsLocal) {
        case .tree(let path), .linked(let path, _, _): [path]
        case .state(let path) where path.hasPrefix("/var/"): [String(path.dropFirst()), "usr/share/factory\(path)"]
        default: []
        }
    }
}
