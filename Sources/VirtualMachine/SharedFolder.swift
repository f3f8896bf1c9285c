import Foundation
import HostSystem
import SystemPackage

/// A folder of the host that a guest mounts, by virtiofs.
public struct SharedFolder: Sendable, Hashable, Codable {
    /// The folder, with an absolute name.
    public let host: FilePath
    /// Where the guest mounts it: an absolute path.
    public let guest: String
    /// The guest cannot write to it.
    public let isReadOnly: Bool

    /// Whether this host has a virtiofsd.
    public static var canBeServed: Bool { HelperStart.fileServers.contains(where: FileContent.exists) }

    /// A folder.
    ///
    /// - Parameters:
    ///   - host: an absolute path.
    ///   - guest: an absolute path that is no other folder's.
    public init(host: FilePath, guest: String, isReadOnly: Bool) {
        self.host = host
        self.guest = guest
        self.isReadOnly = isReadOnly
    }

    /// Reads kola's `HOST,GUEST` (`bindMountHostRO`, `--bind-ro`); a relative `HOST` is in the current folder.
    ///
    /// - Throws: ``MachineError`` that names the text and what is wrong with it.
    public init(parsing text: String, isReadOnly: Bool) throws {
        func wrong(_ reason: String) -> MachineError {
            MachineError(kind: .launch, reason: "the shared folder \"\(text)\": \(reason)")
        }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw wrong("it must be HOST,GUEST, such as /srv/data,/var/data")
        }
        let guest = FilePath(parts[1])
        guard guest.isAbsolute, !guest.components.isEmpty, guest.isLexicallyNormal, !parts[1].contains("\n") else {
            throw wrong("the guest's folder must be an absolute path without . and .., and not /")
        }
        host = FilePath(FileManager.default.currentDirectoryPath).pushing(FilePath(parts[0])).lexicallyNormalized()
        self.guest = guest.string
        self.isReadOnly = isReadOnly
    }
}
