import HostSystem
import SystemPackage

/// A key pair for one run: whoever has the folder can log in to its machines, nobody else.
public struct SSHKey: Sendable {
    /// The private key's file; the public key is beside it, with `.pub`.
    public let path: FilePath
    /// The public key, one line as in `authorized_keys`.
    public let publicKey: String

    /// Makes an Ed25519 key pair with ssh-keygen.
    ///
    /// - Throws: `CommandError` where ssh-keygen is missing or fails.
    public static func generate(in folder: FilePath) async throws -> SSHKey {
        let path = folder.appending("id_ed25519")
        try await Command("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "kola", "-f", path.string]).run()
        let text = String(decoding: try FileContent.read(FilePath(path.string + ".pub")), as: UTF8.self)
        return SSHKey(path: path, publicKey: text.split(whereSeparator: \.isNewline).first.map(String.init) ?? text)
    }
}
