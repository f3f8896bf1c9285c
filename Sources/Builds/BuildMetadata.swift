import SystemPackage

/// `builds/<version>/<arch>/meta.json`: what a build is and which files it has.
///
/// A view of the file's object: keys without an accessor here are reached by name, and what other tools put in stays.
public struct BuildMetadata: Sendable, Hashable {
    /// The file's object.
    public var object: JSONObject

    /// The metadata that an object is; nothing is checked before it is written.
    public init(_ object: JSONObject) { self.object = object }

    /// The metadata of a new build, with the five keys that the schema requires.
    ///
    /// - Parameter ostreeTimestamp: the commit's time in seconds since 1970.
    public init(
        buildID: String, name: String, ostreeCommit: String, ostreeVersion: String, ostreeTimestamp: Int64
    ) {
        object = [
            "buildid": .string(buildID), "name": .string(name), "ostree-commit": .string(ostreeCommit),
            "ostree-timestamp": .string(Timestamp.text(ostreeTimestamp)), "ostree-version": .string(ostreeVersion),
        ]
    }

    /// The metadata in a file.
    ///
    /// - Throws: ``BuildsError``.
    public static func load(_ path: FilePath) throws -> BuildMetadata { BuildMetadata(try JSONFile.read(path)) }

    /// A top-level value by its key.
    public subscript(key: String) -> JSONValue? {
        get { object[key] }
        set { object[key] = newValue }
    }

    /// What the schema has against it, one line each; empty where it is valid.
    public var problems: [String] { MetadataSchema.problems(in: object) }

    /// The files of the build by their kind (`ostree`, `qemu`, …).
    public var images: [String: Artifact] {
        var images: [String: Artifact] = [:]
        for (name, value) in object["images"]?.object?.members ?? [] {
            images[name] = value.object.flatMap(Artifact.init)
        }
        return images
    }

    /// The names under `images` in the order of the file.
    public var imageNames: [String] { object["images"]?.object?.keys ?? [] }

    /// Lists a file of the build; members of the entry that are not ours stay.
    public mutating func setImage(_ name: String, _ artifact: Artifact) {
        var images = object["images"]?.object ?? JSONObject()
        var entry = images[name]?.object ?? JSONObject()
        artifact.update(&entry)
        images[name] = .object(entry)
        object["images"] = .object(images)
    }

    /// Takes a file off the list.
    public mutating func removeImage(_ name: String) {
        guard var images = object["images"]?.object else { return }
        images[name] = nil
        object["images"] = .object(images)
    }
}

// The keys that the line reads and writes, as properties.
extension BuildMetadata {
    /// `buildid`: the version, and the name of the build's directory.
    public var buildID: String? { string("buildid") }
    /// `name`: the first part of the artifacts' file names.
    public var name: String? { string("name") }
    /// `ostree-commit`, 64 hex digits.
    public var ostreeCommit: String? { string("ostree-commit") }
    /// `ostree-version`.
    public var ostreeVersion: String? { string("ostree-version") }
    /// `ostree-timestamp`: the commit's time.
    public var ostreeTimestamp: String? { string("ostree-timestamp") }

    /// `ostree-content-checksum`, 64 hex digits.
    public var ostreeContentChecksum: String? {
        get { string("ostree-content-checksum") }
        set { setString("ostree-content-checksum", newValue) }
    }
    /// `ref`: the OSTree ref of the commit.
    public var ref: String? {
        get { string("ref") }
        set { setString("ref", newValue) }
    }
    /// `summary`: the system in words.
    public var summary: String? {
        get { string("summary") }
        set { setString("summary", newValue) }
    }
    /// `rpm-ostree-inputhash`, 64 hex digits.
    public var inputHash: String? {
        get { string("rpm-ostree-inputhash") }
        set { setString("rpm-ostree-inputhash", newValue) }
    }
    /// `coreos-assembler.basearch`.
    public var basearch: String? {
        get { string("coreos-assembler.basearch") }
        set { setString("coreos-assembler.basearch", newValue) }
    }
    /// `coreos-assembler.build-timestamp`, as ``Timestamp`` writes it.
    public var buildTimestamp: String? {
        get { string("coreos-assembler.build-timestamp") }
        set { setString("coreos-assembler.build-timestamp", newValue) }
    }
    /// `coreos-assembler.config-variant`.
    public var configVariant: String? {
        get { string("coreos-assembler.config-variant") }
        set { setString("coreos-assembler.config-variant", newValue) }
    }
    /// `coreos-assembler.overrides-active`.
    public var overridesActive: Bool? {
        get { object["coreos-assembler.overrides-active"]?.bool }
        set { object["coreos-assembler.overrides-active"] = newValue.map(JSONValue.bool) }
    }
    /// `coreos-assembler.container-config-git`: where the configuration came from.
    public var configGit: GitRevision? {
        get { object["coreos-assembler.container-config-git"]?.object.flatMap(GitRevision.init) }
        set {
            object["coreos-assembler.container-config-git"] = newValue.map { .object($0.object) }
            setString("coreos-assembler.config-gitrev", newValue?.commit)
            setString("coreos-assembler.config-dirty", newValue.map { $0.dirty ? "true" : "false" })
        }
    }
    /// `coreos-assembler.oci-imported-labels`: the container image's labels.
    public var ociLabels: [String: String] {
        get {
            let members = object["coreos-assembler.oci-imported-labels"]?.object?.members ?? []
            return Dictionary(members.compactMap { entry in entry.value.string.map { (entry.key, $0) } }) { $1 }
        }
        set {
            let members = newValue.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
            object["coreos-assembler.oci-imported-labels"] = .object(JSONObject(members))
        }
    }
    /// `coreos-assembler.meta-stamp`: nanoseconds, greater with every write; a writer with an older one has to merge.
    public var stamp: Int64? {
        get { object["coreos-assembler.meta-stamp"]?.integer }
        set { object["coreos-assembler.meta-stamp"] = newValue.map(JSONValue.integer) }
    }

    private func string(_ key: String) -> String? { object[key]?.string }

    private mutating func setString(_ key: String, _ value: String?) { object[key] = value.map(JSONValue.string) }
}

/// The revision of a git checkout, a *git* object of the schema.
public struct GitRevision: Sendable, Hashable, Codable {
    /// The commit.
    public var commit: String
    /// The URL or path that it was cloned from.
    public var origin: String
    /// The branch; nil for a detached head.
    public var branch: String?
    /// True where files differ from the commit.
    public var dirty: Bool

    /// A revision.
    public init(commit: String, origin: String, branch: String?, dirty: Bool) {
        self.commit = commit
        self.origin = origin
        self.branch = branch
        self.dirty = dirty
    }

    init?(_ object: JSONObject) {
        guard let commit = object["commit"]?.string, let origin = object["origin"]?.string else { return nil }
        self.init(
            commit: commit, origin: origin, branch: object["branch"]?.string, dirty: object["dirty"]?.string == "true")
    }

    var object: JSONObject {
        var object: JSONObject = ["commit": .string(commit), "origin": .string(origin)]
        // The schema asks for three characters at least; a shorter name is left out rather than refused.
        object["branch"] = branch.flatMap { $0.count >= 3 ? .string($0) : nil }
        object["dirty"] = .string(dirty ? "true" : "false")
        return object
    }
}
