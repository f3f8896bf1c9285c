/// `commitmeta.json`: the commit's metadata for tools that have no OSTree (`cosa diff`, pipelines, kola).
public struct CommitMetadata: Sendable, Hashable {
    /// The file's name in the build directory.
    public static let fileName = "commitmeta.json"

    /// The commit's version.
    public var version: String
    /// The architecture.
    public var basearch: String
    /// The update stream (`testing-devel`), where the system has one.
    public var stream: String?
    /// The configuration's git commit, where it is in git.
    public var configGitRevision: String?
    /// The packages.
    public var packages: [GeneratedLockfile.Package]
    /// Further keys of the commit, added as they are.
    public var additional: JSONObject

    /// The metadata of a commit.
    public init(
        version: String, basearch: String, stream: String? = nil, configGitRevision: String? = nil,
        packages: [GeneratedLockfile.Package], additional: JSONObject = JSONObject()
    ) {
        self.version = version
        self.basearch = basearch
        self.stream = stream
        self.configGitRevision = configGitRevision
        self.packages = packages
        self.additional = additional
    }

    /// The file's object. The package list is rpm-ostree's: name, epoch, version, release and architecture, all strings.
    public var object: JSONObject {
        let sorted = packages.sorted { ($0.name, $0.arch, $0.evra) < ($1.name, $1.arch, $1.evra) }
        let list = sorted.map { package in
            JSONValue.array(
                [package.name, String(package.epoch), package.version, package.release, package.arch].map(
                    JSONValue.string))
        }
        var object = additional
        object["coreos-assembler.config-gitrev"] = configGitRevision.map(JSONValue.string)
        object["coreos-assembler.basearch"] = .string(basearch)
        object["version"] = .string(version)
        object["ostree.bootable"] = true
        object["ostree.linux"] = object["ostree.linux"] ?? true
        object["rpmostree.rpmdb.pkglist"] = .array(list)
        object["com.coreos.stream"] = stream.map(JSONValue.string)
        object["synthetic"] = true
        return object
    }

    /// The file's bytes.
    public var bytes: [UInt8] { Array(JSONValue.object(object).prettyPrinted.utf8) }
}
