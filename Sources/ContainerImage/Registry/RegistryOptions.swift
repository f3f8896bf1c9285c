import SystemPackage

/// How to talk to registries.
public struct RegistryOptions: Sendable, Equatable {
    /// A file with credentials (containers-auth.json(5)); nil for the usual places and `REGISTRY_AUTH_FILE`.
    public var authFile: FilePath?
    /// One for the destination of a copy, where it is another.
    public var destinationAuthFile: FilePath?
    /// False also talks plain HTTP and accepts any certificate.
    public var verifyTLS = true
    /// After how many seconds an operation that has not ended is given up.
    public var timeout = 3600
    /// A GPG key's fingerprint to sign what is pushed with.
    public var signBy: String?
    /// A sigstore private key to sign what is pushed with.
    public var sigstoreKey: FilePath?
    /// A file with the passphrase of either key.
    public var passphraseFile: FilePath?
    /// A folder with registry configurations (containers-registries.d(5)), which say where signatures go.
    public var registriesFolder: FilePath?

    /// The usual credentials, verified TLS, nothing signed.
    public init() {}

    /// The options of skopeo as a whole.
    var global: [String] {
        ["--command-timeout", "\(timeout)s"] + (registriesFolder.map { ["--registries.d", $0.string] } ?? [])
    }

    /// The options of `skopeo copy` for the two sides.
    var copy: [String] {
        var arguments: [String] = []
        if let authFile { arguments += ["--authfile", authFile.string] }
        if let destinationAuthFile { arguments += ["--dest-authfile", destinationAuthFile.string] }
        if !verifyTLS { arguments += ["--src-tls-verify=false", "--dest-tls-verify=false"] }
        return arguments
    }

    /// The options of `skopeo inspect`.
    var inspect: [String] {
        (authFile.map { ["--authfile", $0.string] } ?? []) + (verifyTLS ? [] : ["--tls-verify=false"])
    }

    /// The options of `skopeo copy` that sign.
    var signing: [String] {
        var arguments: [String] = []
        if let signBy { arguments += ["--sign-by", signBy] }
        if let sigstoreKey { arguments += ["--sign-by-sigstore-private-key", sigstoreKey.string] }
        if let passphraseFile { arguments += ["--sign-passphrase-file", passphraseFile.string] }
        return arguments
    }
}
