import Foundation
import HostSystem
import SystemPackage

/// A key made by gpg in its own home directory; signs packages and metadata.
public final class SigningKey: Sendable {
    private let home: TemporaryDirectory
    /// The user id, which is also how gpg and rpmsign find the key.
    public let name: String
    /// The armored public key.
    public let publicKey: FilePath

    /// Makes a key pair without a passphrase.
    ///
    /// - Parameter signsWithSubkey: whether a subkey signs, as with keys whose primary part is kept offline.
    /// - Throws: `CommandError` where gpg fails.
    public init(name: String = "Test Key <test@example.com>", signsWithSubkey: Bool = false) async throws {
        home = try TemporaryDirectory()
        self.name = name
        publicKey = home.appending("RPM-GPG-KEY-test")
        let usage = signsWithSubkey ? "cert" : "sign"
        try await gpg(["--passphrase", "", "--quick-gen-key", name, "rsa2048", usage, "never"]).run()
        if signsWithSubkey {
            let fingerprint = try await fingerprint()
            try await gpg(["--passphrase", "", "--quick-add-key", fingerprint, "rsa2048", "sign", "never"]).run()
        }
        try await gpg(["--armor", "--output", publicKey.string, "--export", name]).run()
    }

    deinit {
        // The agent would outlive the directory by a minute.
        _ = try? BackgroundTool(["gpgconf", "--homedir", home.path.string, "--kill", "all"]).wait()
    }

    /// gpg's home directory with the private key.
    public var homeDirectory: FilePath { home.path }

    /// The fingerprint of the primary key.
    ///
    /// - Throws: `CommandError` where gpg fails.
    public func fingerprint() async throws -> String {
        let listing = try await gpg(["--with-colons", "--list-keys", name]).run().text
        let line = listing.split(separator: "\n").first { $0.hasPrefix("fpr:") } ?? ""
        return line.split(separator: ":").last.map(String.init) ?? ""
    }

    /// Adds a signature to packages, in place.
    ///
    /// - Throws: `CommandError` where rpmsign fails.
    public func sign(packages: [FilePath]) async throws {
        guard !packages.isEmpty else { return }
        try await Command(
            "rpmsign",
            [
                "--define", "_gpg_name \(name)", "--define", "_gpg_path \(home.path)", "--define",
                "__gpg \(try Self.program())", "--addsign",
            ]
                + packages.map(\.string),
            environment: ["GNUPGHOME": home.path.string]
        ).run()
    }

    /// Writes a detached armored signature beside `file`, named `<file>.asc`.
    ///
    /// - Throws: `CommandError` where gpg fails.
    public func signDetached(_ file: FilePath) async throws {
        try await gpg(["--yes", "--armor", "--detach-sign", "--local-user", name, file.string]).run()
    }

    /// rpmsign wants a path, and its default differs between distributions.
    private static func program() throws -> String {
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
        for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/gpg") {
            return "\(folder)/gpg"
        }
        throw Errno.noSuchFileOrDirectory
    }

    private func gpg(_ arguments: [String]) -> Command {
        Command(
            "gpg", ["--batch", "--quiet", "--homedir", home.path.string, "--pinentry-mode", "loopback"] + arguments)
    }
}
