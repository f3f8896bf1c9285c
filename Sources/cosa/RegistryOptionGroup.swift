import ArgumentParser
import ContainerImage
import HostSystem
import SystemPackage

/// How verbs talk to registries.
struct RegistryOptionGroup: ParsableArguments {
    @Option(
        help: ArgumentHelp("A file with credentials; else REGISTRY_AUTH_FILE and the usual places.", valueName: "file"))
    var authfile: String?

    @Option(
        name: .customLong("tls-verify"),
        help: ArgumentHelp(
            "false also talks plain HTTP and takes any certificate.", valueName: "true|false"))
    var verifyTLS = true

    @Option(help: ArgumentHelp("Give up after this many seconds.", valueName: "seconds"))
    var timeout = 3600

    func validate() throws {
        guard timeout > 0 else { throw ValidationError("--timeout needs a number of seconds above 0") }
    }

    var options: RegistryOptions {
        get throws {
            var options = RegistryOptions()
            options.authFile = try authfile.map { try existing($0, "--authfile") }
            options.verifyTLS = verifyTLS
            options.timeout = timeout
            return options
        }
    }
}

/// How what is pushed is signed.
struct SigningOptionGroup: ParsableArguments {
    @Option(help: ArgumentHelp("Sign with this GPG key.", valueName: "fingerprint"))
    var signBy: String?

    @Option(help: ArgumentHelp("Sign with a sigstore private key.", valueName: "file"))
    var signBySigstorePrivateKey: String?

    @Option(help: ArgumentHelp("A file with the passphrase of the key.", valueName: "file"))
    var signPassphraseFile: String?

    @Option(
        name: .customLong("registries.d"),
        help: ArgumentHelp(
            "Where it is written to which place signatures go (containers-registries.d(5)).", valueName: "folder"))
    var registriesFolder: String?

    /// Adds the keys to `options`.
    func apply(to options: inout RegistryOptions) throws {
        options.signBy = signBy
        options.sigstoreKey = try signBySigstorePrivateKey.map { try existing($0, "--sign-by-sigstore-private-key") }
        options.passphraseFile = try signPassphraseFile.map { try existing($0, "--sign-passphrase-file") }
        options.registriesFolder = try registriesFolder.map { try existing($0, "--registries.d") }
    }
}

private func existing(_ path: String, _ option: String) throws -> FilePath {
    let path = FilePath(path).absolute
    guard FileContent.exists(path) else { throw ValidationError("\(option): there is no \(path)") }
    return path
}
