import Zlib

/// Makes a Butane config into the nodes of an Ignition config; every node has the place of what it was made of.
///
/// Source: Butane, `base/v0_x/translate.go` and `config/fcos/v1_x/translate.go`.
struct ButaneTranslation {
    let source: String
    let version: ButaneVersion
    let files: LocalFiles
    /// The newest spec that the guest takes, for configs inside this one.
    let newest: SpecVersion
    var warnings: [ConfigWarning] = []
    /// The filesystems that want a mount unit, with the place of that wish.
    var mounts: [(filesystem: SourceNode, place: Place)] = []
    var trees: [SourceNode] = []
    var bootDevice: SourceNode?
    var grub: SourceNode?

    init(source: String, version: ButaneVersion, files: LocalFiles, newest: SpecVersion) {
        self.source = source
        self.version = version
        self.files = files
        self.newest = newest
    }

    /// The whole config.
    ///
    /// - Throws: ``IgnitionError`` with the first thing that is wrong.
    mutating func config(_ root: SourceNode) throws -> SourceNode {
        var result = try object(root, SpecTable.config)
        let place = root["version"]?.place ?? root.place
        var ignition = result["ignition"] ?? SourceNode(.object([]), place)
        ignition.set("version", SourceNode(.text(version.spec.description), place))
        result.set("ignition", ignition)
        if let units = try MountUnits(source: source, version: version).units(mounts, of: result) {
            result = Merge.configs(units, result)
        }
        try addTrees(to: &result)
        if let bootDevice, let made = try bootDeviceConfig(bootDevice) { result = Merge.configs(made, result) }
        if let grub, let made = try GrubUsers.config(grub, url: { try url(of: $0, isCompressed: false, $1) }) {
            result = Merge.configs(made, result)
        }
        warnings += ButaneWarnings(source: source, version: version).warnings(of: result, bootDevice: bootDevice)
        return result
    }

    func failure(_ place: Place, _ reason: String) -> IgnitionError {
        IgnitionError(source: source, place, reason)
    }

    private mutating func value(_ node: SourceNode, _ type: SpecType) throws -> SourceNode {
        switch (type, node.content) {
        case (.text, .text), (.integer, .integer), (.boolean, .boolean): return node
        case (.text, .boolean), (.text, .integer), (.text, .number):
            if let plain = node.plain { return SourceNode(.text(plain), node.place) }
        case (.boolean, .text):
            // The truth values of YAML 1.1, which count where one is expected.
            switch node.plain?.lowercased() {
            case "yes", "on", "y": return SourceNode(.boolean(true), node.place)
            case "no", "off", "n": return SourceNode(.boolean(false), node.place)
            default: break
            }
        case (.list(let element, _, _), .list(let nodes)):
            return SourceNode(.list(try nodes.map { try value($0, element) }), node.place)
        case (.object(let object), .object): return try self.object(node, object)
        default: break
        }
        throw failure(node.place, "\(type.name) is expected, not \(node.kind)")
    }

    private mutating func object(_ node: SourceNode, _ object: SpecObject) throws -> SourceNode {
        guard case .object(let members) = node.content else {
            throw failure(node.place, "\(SpecType.object(object).name) is expected, not \(node.kind)")
        }
        let sugarObject = ButaneTable.sugar[object.name]
        var result = SourceNode(.object([]), node.place)
        var sugar = SourceNode(.object([]), node.place)
        for member in members {
            let known = ButaneTable.field(member.key, in: object).map { ($0, object) }
            let added = sugarObject.flatMap { sugar in sugar.field(member.key).map { ($0, sugar) } }
            guard let (field, owner) = known ?? added else { throw failure(member.place, "an unknown key") }
            guard version.has(field, in: owner) else {
                let first = ButaneVersion.first(with: field, in: owner).map { "fcos \($0) brought it" } ?? "unknown"
                throw failure(member.place, "not a key of fcos \(version); \(first)")
            }
            if case .null = member.value.content { continue }
            let made = try value(member.value, field.type)
            if known != nil { result.set(field.name, made) } else { sugar.set(field.name, made) }
        }
        try apply(sugar, to: &result, object)
        for field in object.fields where field.isRequired && !(object.name == "Config" || object.name == "Ignition") {
            let value = result[field.name]
            guard value == nil || value?.text == "" || field.type.isList && value?.elements.isEmpty == true else {
                continue
            }
            let key = object.versions == .butane ? field.name : ButaneTable.spelling(of: field)
            throw failure(value?.place ?? node.place.member(key), "missing; it is required")
        }
        return result
    }

    private mutating func apply(_ sugar: SourceNode, to node: inout SourceNode, _ object: SpecObject) throws {
        switch object.name {
        case "Resource", "Authority", "MergedConfig", "ConfigReference":
            try addContents(sugar, to: &node, isConfig: ["MergedConfig", "ConfigReference"].contains(object.name))
        case "Unit", "Dropin":
            guard let local = sugar["contents_local"] else { return }
            guard node["contents"] == nil else { throw failure(local.place, "goes without contents; keep one of both") }
            node.set("contents", SourceNode(.text(try files.text(local)), local.place))
        case "User":
            guard let locals = sugar["ssh_authorized_keys_local"] else { return }
            var keys = node["sshAuthorizedKeys"] ?? SourceNode(.list([]), locals.place)
            for local in locals.elements {
                let lines = try files.text(local).split(whereSeparator: \.isNewline)
                keys.content = .list(keys.elements + lines.map { SourceNode(.text(String($0)), local.place) })
            }
            node.set("sshAuthorizedKeys", keys)
        case "Filesystem":
            guard let wish = sugar["with_mount_unit"], wish.boolean == true else { return }
            mounts.append((node, wish.place))
        case "Storage": trees = sugar["trees"]?.elements ?? []
        case "Config":
            bootDevice = sugar["boot_device"]
            grub = sugar["grub"]
        default: break
        }
    }

    private mutating func addContents(_ sugar: SourceNode, to node: inout SourceNode, isConfig: Bool) throws {
        let given = [sugar["local"], sugar["inline"], node["source"]].compactMap(\.self)
        guard given.count < 2 else {
            throw failure(given[0].place, "only one of inline, local and source is possible; keep one")
        }
        guard let made = sugar["local"] ?? sugar["inline"] else { return }
        var bytes = sugar["local"] == nil ? Array((made.text ?? "").utf8) : try files.bytes(made)
        let isCompressed = node["compression"]?.text?.isEmpty == false
        if isConfig, !isCompressed { bytes = try config(bytes, made.place) }
        let url = try url(of: bytes, isCompressed: isCompressed, made.place)
        node.set("source", SourceNode(.text(url.text), made.place))
        // Said also where it is nothing, so that a config that this one is merged into cannot make it gzip.
        if version.minor > 0, !isCompressed {
            node.set("compression", SourceNode(.text(url.compression), made.place))
        }
    }

    /// The URL of contents. Butane compresses from fcos 1.1.0 on, and not what the config says is compressed.
    func url(of bytes: [UInt8], isCompressed: Bool, _ place: Place) throws -> DataURL {
        do {
            return try DataURL.shortest(bytes, compresses: version.minor > 0 && !isCompressed)
        } catch let error as ZlibError {
            throw failure(place, "\(error)")
        }
    }

    /// A config inside this one, which the guest must take too.
    private mutating func config(_ bytes: [UInt8], _ place: Place) throws -> [UInt8] {
        do {
            let own = "the config in it"
            let config = try IgnitionConfig(parsing: bytes, source: own, newest: .newest)
            warnings += config.warnings.map { ConfigWarning(source: source, place, $0.description) }
            // Not written anew without need: there may be a hash of these bytes.
            guard let version = config.version, version > newest else { return bytes }
            return try IgnitionConfig(parsing: bytes, source: own, newest: newest).encoded()
        } catch let error as IgnitionError {
            throw failure(place, error.description)
        }
    }
}
