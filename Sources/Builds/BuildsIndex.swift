import HostSystem

/// `builds/builds.json`: the builds, newest first, and the tags on them. Members of other tools are kept.
public struct BuildsIndex: Sendable, Hashable {
    /// The file's object.
    public private(set) var object: JSONObject

    static let schemaVersion = "1.0.0"

    /// One build of the list.
    public struct Build: Sendable, Hashable, Codable {
        /// Its version.
        public let id: String
        /// The architectures that it was made for.
        public let arches: [String]
    }

    /// A named pointer to a build.
    public struct Tag: Sendable, Hashable, Codable {
        /// The tag.
        public var name: String
        /// When it was made or moved, as ``Timestamp`` writes it.
        public var created: String
        /// The build's id.
        public var target: String
        /// Why it is there; may be missing.
        public var description: String?

        /// A tag on a build.
        public init(name: String, created: String, target: String, description: String? = nil) {
            self.name = name
            self.created = created
            self.target = target
            self.description = description
        }
    }

    /// A list without builds.
    public init() { object = ["schema-version": .string(Self.schemaVersion), "builds": []] }

    /// The list that a file's object is.
    ///
    /// - Throws: ``BuildsError`` for another schema version or a build without an id.
    public init(_ object: JSONObject) throws {
        guard let version = object["schema-version"]?.string, version.hasPrefix("1.") else {
            throw BuildsError(
                "builds.json has schema-version \(object["schema-version"]?.compact ?? "none"); 1.0.0 is known")
        }
        guard let builds = object["builds"]?.array, builds.allSatisfy({ $0.object?["id"]?.string != nil }) else {
            throw BuildsError("builds.json: \"builds\" must be a list of objects with an \"id\"")
        }
        self.object = object
    }

    /// The builds, newest first.
    public var builds: [Build] {
        entries.map { entry in
            Build(id: entry["id"]?.string ?? "", arches: entry["arches"]?.array?.compactMap(\.string) ?? [])
        }
    }

    /// The newest build, or the newest for one architecture; nil where there is none.
    public func latest(arch: String? = nil) -> Build? {
        builds.first { build in arch.map(build.arches.contains) ?? true }
    }

    /// The build of this id; nil where there is none.
    public func build(_ id: String) -> Build? { builds.first { $0.id == id } }

    /// True where the build was made for the architecture.
    public func contains(_ id: String, arch: String) -> Bool { build(id)?.arches.contains(arch) ?? false }

    /// Puts a build first, or adds an architecture to one that is there.
    public mutating func insert(_ id: String, arch: String) {
        var entries = entries
        if let index = entries.firstIndex(where: { $0["id"]?.string == id }) {
            var arches = entries[index]["arches"]?.array ?? []
            if !arches.contains(.string(arch)) { arches.append(.string(arch)) }
            entries[index]["arches"] = .array(arches)
        } else {
            entries.insert(["id": .string(id), "arches": [.string(arch)]], at: 0)
        }
        setEntries(entries)
    }

    /// Makes a build that is there the newest.
    public mutating func moveToFront(_ id: String) {
        var entries = entries
        guard let index = entries.firstIndex(where: { $0["id"]?.string == id }) else { return }
        entries.insert(entries.remove(at: index), at: 0)
        setEntries(entries)
    }

    /// Takes builds off the list.
    public mutating func remove(_ ids: Set<String>) {
        setEntries(entries.filter { !ids.contains($0["id"]?.string ?? "") })
    }

    /// The tags in the order of the file.
    public var tags: [Tag] {
        (object["tags"]?.array ?? []).compactMap(\.object).compactMap { tag in
            guard let name = tag["name"]?.string, let target = tag["target"]?.string else { return nil }
            return Tag(
                name: name, created: tag["created"]?.string ?? "", target: target,
                description: tag["description"]?.string)
        }
    }

    /// Makes sure that nothing but its own wish removes a build that has a tag.
    ///
    /// - Throws: ``BuildsError`` naming the tags.
    public func requireUntagged(_ id: String) throws {
        let names = tags.filter { $0.target == id }.map(\.name)
        guard names.isEmpty else {
            throw BuildsError(
                "build \(id) is tagged \(names.joined(separator: ", ")); `cosa tag delete --tag` comes first")
        }
    }

    /// Makes a tag or moves the one of that name.
    public mutating func setTag(_ tag: Tag) {
        var members: JSONObject = [
            "name": .string(tag.name), "created": .string(tag.created), "target": .string(tag.target),
        ]
        members["description"] = tag.description.map(JSONValue.string)
        var tags = object["tags"]?.array ?? []
        if let index = tags.firstIndex(where: { $0.object?["name"]?.string == tag.name }) {
            tags[index] = .object(members)
        } else {
            tags.append(.object(members))
        }
        object["tags"] = .array(tags)
    }

    /// Deletes a tag; false where there is none of that name.
    @discardableResult
    public mutating func removeTag(_ name: String) -> Bool {
        let tags = object["tags"]?.array ?? []
        let left = tags.filter { $0.object?["name"]?.string != name }
        object["tags"] = left.isEmpty ? nil : .array(left)
        return left.count < tags.count
    }

    /// When the list was last written, as ``Timestamp`` writes it.
    public var timestamp: String? {
        get { object["timestamp"]?.string }
        set { object["timestamp"] = newValue.map(JSONValue.string) }
    }

    private var entries: [JSONObject] { (object["builds"]?.array ?? []).compactMap(\.object) }

    private mutating func setEntries(_ entries: [JSONObject]) {
        object["builds"] = .array(entries.map(JSONValue.object))
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// An object, its keys in the order given.
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
