import SystemPackage

/// Package versions that a build must use (`manifest-lock.*.json`, `manifest-lock.overrides.yaml`).
public struct Lockfile: Sendable, Equatable {
    /// The version of one package.
    public struct Package: Sendable, Equatable {
        /// `[E:]V-R` with, where ``arch`` is set, no architecture.
        public var evr: String
        /// The architecture; nil for any.
        public var arch: String?
        /// The checksum of the package, `sha256:<hex>`.
        public var digest: String?
        /// Anything else: why it is pinned, its source package.
        public var metadata: [String: ConfigValue]

        /// Locks a version.
        public init(evr: String, arch: String?, digest: String? = nil, metadata: [String: ConfigValue] = [:]) {
            self.evr = evr
            self.arch = arch
            self.digest = digest
            self.metadata = metadata
        }

        /// `[E:]V-R.A`, or `[E:]V-R` where any architecture will do.
        public var evra: String { arch.map { "\(evr).\($0)" } ?? evr }
    }

    /// Locked packages by name.
    public var packages: [String: Package]
    /// When this was written and from which repositories.
    public var metadata: [String: ConfigValue]

    /// A lockfile with the given content.
    public init(packages: [String: Package] = [:], metadata: [String: ConfigValue] = [:]) {
        self.packages = packages
        self.metadata = metadata
    }

    /// Reads one lockfile, JSON or YAML.
    ///
    /// - Throws: ``TreefileError``.
    public static func load(_ path: FilePath) throws -> Lockfile {
        var keys = try KeyReader(SourceNode.load(path), file: path)
        guard let members = try keys.map("packages") else {
            throw TreefileError(file: path, message: "Key 'packages' not found in \(path)")
        }
        var lockfile = Lockfile(metadata: try keys.values("metadata") ?? [:])
        try keys.finish()
        for member in members {
            lockfile.packages[member.key] = try package(member, file: path)
        }
        return lockfile
    }

    /// Reads several lockfiles; later ones override earlier ones package by package.
    ///
    /// - Throws: ``TreefileError``.
    public static func load(_ paths: [FilePath]) throws -> Lockfile {
        var merged = Lockfile()
        for path in paths { merged.override(with: try load(path)) }
        return merged
    }

    /// Takes over everything that `other` says.
    public mutating func override(with other: Lockfile) {
        packages.merge(other.packages) { _, theirs in theirs }
        metadata.merge(other.metadata) { _, theirs in theirs }
    }

    /// The same versions for any architecture: what `--autolock` makes of another architecture's lockfile.
    public var withoutArchitectures: Lockfile {
        Lockfile(
            packages: packages.mapValues { Package(evr: $0.evr, arch: nil, metadata: $0.metadata) },
            metadata: metadata)
    }

    /// The JSON of a lockfile.
    public var json: ConfigValue {
        .object([
            "packages": .object(
                packages.mapValues { package in
                    var members: [String: ConfigValue] = [:]
                    members[package.arch == nil ? "evr" : "evra"] = .string(package.evra)
                    members["digest"] = package.digest.map(ConfigValue.string)
                    if !package.metadata.isEmpty { members["metadata"] = .object(package.metadata) }
                    return .object(members)
                }),
            "metadata": .object(metadata),
        ])
    }

    private static func package(_ member: SourceNode.Member, file: FilePath) throws -> Package {
        var keys = try KeyReader(member.value, file: file, name: member.key)
        let evra = try keys.string("evra")
        let evr = try keys.string("evr")
        let digest = try keys.string("digest")
        let metadata = try keys.values("metadata") ?? [:]
        try keys.finish()
        switch (evra, evr) {
        case (let evra?, nil):
            guard let dot = evra.lastIndex(of: "."), dot != evra.startIndex else {
                throw keys.error("package '\(member.key)': 'evra' is VERSION-RELEASE.ARCH, found '\(evra)'")
            }
            return Package(
                evr: String(evra[..<dot]), arch: String(evra[evra.index(after: dot)...]), digest: digest,
                metadata: metadata)
        case (nil, let evr?): return Package(evr: evr, arch: nil, digest: digest, metadata: metadata)
        default:
            throw TreefileError(
                file: file, line: member.line, column: member.column,
                message: "package '\(member.key)': give either 'evra' or 'evr'")
        }
    }
}
