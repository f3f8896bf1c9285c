import HostSystem
import RPM
import Treefile

/// What of a package is imported, from the treefile; part of the key of the package cache.
struct ImportOptions: Sendable, Equatable {
    /// Raised when the importer writes something else for the same package.
    static let version = 2

    /// Whether files marked as documentation are kept (`documentation`).
    var documentation = true
    /// The languages whose translations are kept (`install-langs`); nil for all.
    var languages: [String]?
    /// Whether executables lose their write bits (`readonly-executables`).
    var readOnlyExecutables = false
    /// Whether /opt and /usr/local stay content (`opt-usrlocal`).
    var keepsLocal = false

    init() {}

    /// The options that a treefile asks for.
    init(_ manifest: Manifest) {
        documentation = manifest.documentation ?? true
        languages = manifest.installLangs.isEmpty ? nil : manifest.installLangs
        readOnlyExecutables = manifest.readonlyExecutables ?? false
        keepsLocal = (manifest.optUsrLocal ?? .variable) != .variable
    }

    /// Equal for options that import the same.
    var key: String {
        "\(Self.version);documentation=\(documentation);languages=\(languages?.joined(separator: ":") ?? "all");"
            + "readonly=\(readOnlyExecutables);local=\(keepsLocal)"
    }

    /// Whether a file of a package is imported at all.
    func includes(_ file: PackageFile) -> Bool {
        if file.isGhost { return false }
        // rpm keeps licences also without documentation.
        if !documentation && file.isDocumentation && !file.isLicense { return false }
        guard let languages, !file.languages.isEmpty else { return true }
        // `de` keeps `de_AT` as well, as rpm's _install_langs does.
        return file.languages.contains { language in
            languages.contains { language == $0 || language.hasPrefix($0 + "_") || $0.hasPrefix(language + "_") }
        }
    }

    /// The permissions under which a file is stored.
    func permissions(_ file: PackageFile) -> UInt32 {
        var permissions = file.mode & 0o7777
        // A directory that its owner cannot write is one that nobody can compose into.
        if file.isDirectory { permissions |= 0o200 }
        if readOnlyExecutables, file.isRegular, permissions & 0o111 != 0 { permissions &= ~0o222 }
        return permissions
    }
}
