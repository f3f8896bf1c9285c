import SystemPackage

/// Packages that must come from one repository (`repo-packages`).
public struct RepoPackages: Sendable, Equatable {
    /// The repository id.
    public var repo: String
    /// Package specs.
    public var packages: [String]

    /// Names packages of a repository.
    public init(repo: String, packages: [String]) {
        self.repo = repo
        self.packages = packages
    }
}

/// Where the kernel and its initramfs are put (`boot-location`).
public enum BootLocation: String, Sendable, CaseIterable {
    /// `/usr/lib/modules/<version>` and `/usr/lib/ostree-boot`.
    case new
    /// Only `/usr/lib/modules/<version>`.
    case modules
    /// Left to kernel-install(8).
    case kernelInstall = "kernel-install"
}

/// What `/usr/local` is (`opt-usrlocal`).
public enum UsrLocal: String, Sendable, CaseIterable {
    /// Links into /var.
    case variable = "var"
    /// Plain directories of the image.
    case root
    /// An overlay whose upper directory is kept in /var.
    case stateOverlay = "stateoverlay"
}

/// When systemd-sysusers runs in the assembled tree (`sysusers`).
public enum SysusersMode: String, Sendable, CaseIterable {
    /// When the tree has no users yet.
    case automatic = "compose-auto"
    /// Always.
    case forced = "compose-forced"
}

/// Where a piece of commit metadata goes (`repo-metadata`, `advisories-metadata`).
public enum MetadataPlacement: String, Sendable, CaseIterable {
    /// Into the commit.
    case inline
    /// Beside the commit.
    case detached
    /// Nowhere.
    case disabled
}

/// The format of the rpm database (`rpmdb`).
public enum DatabaseFormat: String, Sendable, CaseIterable {
    /// Berkeley DB.
    case bdb
    /// SQLite.
    case sqlite
    /// The native format of rpm.
    case ndb
    /// What the rpm of the image prefers.
    case target
    /// What the rpm of the building host prefers.
    case host
}

/// The set of defaults that a treefile asks for (`edition`).
public enum Edition: String, Sendable, CaseIterable {
    /// The old defaults.
    case y2014 = "2014"
    /// `boot-location: modules` and `tmp-is-dir: true`.
    case y2024 = "2024"
}

/// How users or groups are compared with an earlier state (`check-passwd`, `check-groups`).
public struct AccountCheck: Sendable, Equatable {
    /// With what the accounts are compared.
    public enum Kind: String, Sendable, CaseIterable {
        /// With nothing.
        case none
        /// With the previous commit.
        case previous
        /// With a passwd or group file.
        case file
        /// With the entries given here.
        case data
    }

    /// With what the accounts are compared.
    public var kind: Kind
    /// The file, for ``Kind/file``, relative to its treefile.
    public var filename: String?
    /// For ``Kind/data``: name to `uid`, `[uid]`, `[uid, gid]` (users) or `gid` (groups).
    public var entries: [String: ConfigValue]?
}

/// The package description that rojig used; accepted because real treefiles hold it, without effect.
public struct Rojig: Sendable, Equatable {
    /// The name.
    public var name: String
    /// The summary.
    public var summary: String
    /// The licence.
    public var license: String
    /// The description.
    public var description: String?
}

/// A file of the configuration that is copied into the tree (`add-files`).
public struct AddedFile: Sendable, Equatable {
    /// The source as written, relative to its treefile.
    public var source: String
    /// The path in the tree.
    public var destination: String
}

/// Files of one package that are left out (`remove-from-packages`).
public struct PackageFileRemoval: Sendable, Equatable {
    /// The package name.
    public var package: String
    /// Unanchored regular expressions over the translated path.
    public var patterns: [String]
}
