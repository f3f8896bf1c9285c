/// The content of a treefile, or of several merged into one.
///
/// Names and meaning are rpm-ostree's (https://coreos.github.io/rpm-ostree/treefile/); a scalar that is nil was not
/// given, and its default is named here. `Codable` is the kebab-case JSON of `/usr/share/rpm-ostree/treefile.json`,
/// without what was not given and without `variables` and `repovars`.
public struct Manifest: Sendable, Equatable {
    // MARK: Packages

    /// Package specs, sorted, each once.
    public var packages: [String] = []
    /// Packages pinned to a repository.
    public var repoPackages: [RepoPackages] = []
    /// Names of packages that must not be installed.
    public var excludePackages: [String] = []
    /// Repository ids; empty means all that are enabled.
    public var repos: [String] = []
    /// Repositories from which only locked packages may come.
    public var lockfileRepos: [String] = []
    /// Whether weak dependencies are installed; default true.
    public var recommends: Bool?
    /// Whether documentation files are installed; default true.
    public var documentation: Bool?
    /// Languages whose files are installed; empty means all.
    public var installLangs: [String] = []
    /// `$releasever`: a text or a number, as written.
    public var releasever: ConfigValue?
    /// The base architecture that this was flattened for.
    public var basearch: String?
    /// Further variables of repository files.
    public var repovars: [String: String] = [:]
    /// Variables for conditions and substitution: booleans, whole numbers, texts.
    public var variables: [String: ConfigValue] = [:]

    // MARK: The commit

    /// The branch.
    public var ref: String?
    /// Free-form information about this treefile.
    public var metadata: [String: ConfigValue] = [:]
    /// Metadata of the commit, weaker than any other source.
    public var addCommitMetadata: [String: ConfigValue] = [:]
    /// The key that signs the commit.
    public var gpgKey: String?
    /// From which the version is made; see ``AutomaticVersion``.
    public var automaticVersionPrefix: String?
    /// What stands between prefix and number; default `.`.
    public var automaticVersionSuffix: String?
    /// The text of os-release that is replaced by the version.
    public var mutateOSRelease: String?
    /// Where the repository metadata of the packages goes; default inline.
    public var repoMetadata: MetadataPlacement?
    /// Where advisories go; default inline.
    public var advisoriesMetadata: MetadataPlacement?
    /// The command of the container image.
    public var containerCmd: [String] = []
    /// Historical.
    public var rojig: Rojig?

    // MARK: The tree

    /// The set of defaults; default 2014.
    public var edition: Edition?
    /// A container image without a kernel; default false.
    public var container: Bool?
    /// Whether files get SELinux labels; default true.
    public var selinux: Bool?
    /// 1 labels /usr/etc as /etc; default 0.
    public var selinuxLabelVersion: Int64?
    /// Whether device nodes are left out; default true.
    public var ignoreDevices: Bool?
    /// When systemd-sysusers runs; default automatic.
    public var sysusers: SysusersMode?
    /// Whether IMA signatures of packages become extended attributes; default false.
    public var ima: Bool?
    /// Commits laid over the packages; nothing may differ.
    public var ostreeLayers: [String] = []
    /// Commits laid over the packages; files are replaced.
    public var ostreeOverrideLayers: [String] = []
    /// Arguments of dracut.
    public var initramfsArgs: [String] = []
    /// Whether no initramfs is made; default false.
    public var noInitramfs: Bool?
    /// Whether executables lose their write permission; default false.
    public var readonlyExecutables: Bool?
    /// Where the kernel is put; default ``BootLocation/new``.
    public var bootLocation: BootLocation?
    /// Whether /tmp is a directory and no link; default false.
    public var tmpIsDir: Bool?
    /// What /opt and /usr/local are; default ``UsrLocal/variable``.
    public var optUsrLocal: UsrLocal?
    /// Units enabled for multi-user.target.
    public var units: [String] = []
    /// The default target.
    public var defaultTarget: String?
    /// Whether /etc/machine-id exists empty; default true.
    public var machineIDCompat: Bool?
    /// The format of the rpm database; default target.
    public var rpmdb: DatabaseFormat?
    /// Whether the rpm database is made reproducible; default false.
    public var rpmdbNormalize: Bool?
    /// Wrap some commands on the installed system; default false, deprecated.
    public var cliwrap: Bool?
    /// The wrapped commands.
    public var cliwrapBinaries: [String] = []
    /// Informational.
    public var platformModule: String?

    // MARK: Accounts

    /// Groups kept in /etc/group.
    public var etcGroupMembers: [String] = []
    /// Whether numbers are taken from the source of ``checkPasswd``; default true.
    public var preservePasswd: Bool?
    /// How users are checked; default against the previous commit.
    public var checkPasswd: AccountCheck?
    /// How groups are checked; default against the previous commit.
    public var checkGroups: AccountCheck?
    /// Users that may disappear; `*` for all.
    public var ignoreRemovedUsers: [String] = []
    /// Groups that may disappear; `*` for all.
    public var ignoreRemovedGroups: [String] = []

    // MARK: Changes after assembly

    /// Inline scripts, run in order.
    public var postprocess: [String] = []
    /// A script run after ``postprocess``, relative to its treefile.
    public var postprocessScript: String?
    /// Files copied into the tree.
    public var addFiles: [AddedFile] = []
    /// Files removed from the tree.
    public var removeFiles: [String] = []
    /// Files left out of packages.
    public var removeFromPackages: [PackageFileRemoval] = []

    /// A treefile that says nothing.
    public init() {}

    /// ``releasever`` as text.
    public var releaseVersion: String? { releasever.map(Substitution.text) }
}
