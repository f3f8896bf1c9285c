/// `manifest-lock.generated.<arch>.json`: the packages of a build, in the lockfile format of rpm-ostree, so that it can be
/// put into a configuration as `manifest-lock.<arch>.json`.
public struct GeneratedLockfile: Sendable, Hashable {
    /// A package of the build.
    public struct Package: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// Its epoch; 0 for none.
        public let epoch: Int
        /// Its version.
        public let version: String
        /// Its release.
        public let release: String
        /// Its architecture.
        public let arch: String
        /// The file name of the source package that it was made from.
        public let sourceRPM: String?

        /// A package.
        public init(name: String, epoch: Int, version: String, release: String, arch: String, sourceRPM: String?) {
            self.name = name
            self.epoch = epoch
            self.version = version
            self.release = release
            self.arch = arch
            self.sourceRPM = sourceRPM
        }

        /// `[E:]V-R.A`, the epoch left out where it is 0.
        public var evra: String { (epoch == 0 ? "" : "\(epoch):") + "\(version)-\(release).\(arch)" }
    }

    /// The packages.
    public var packages: [Package]
    /// Seconds since 1970; the file says midnight of that day.
    public var generated: Int64

    /// A lockfile of these packages.
    public init(packages: [Package], generated: Int64) {
        self.packages = packages
        self.generated = generated
    }

    /// The file's name in the build directory.
    public static func fileName(arch: String) -> String { "manifest-lock.generated.\(arch).json" }

    /// The file's object; packages sorted by name and architecture. Of a name that is there for two architectures, the
    /// format has room for one: the first.
    public var object: JSONObject {
        var entries = JSONObject()
        for package in packages.sorted(by: { ($0.name, $0.arch) < ($1.name, $1.arch) })
        where entries[package.name] == nil {
            var entry: JSONObject = ["evra": .string(package.evra)]
            if let source = package.sourceRPM { entry["metadata"] = ["sourcerpm": .string(source)] }
            entries[package.name] = .object(entry)
        }
        let midnight = generated - ((generated % 86_400) + 86_400) % 86_400
        return [
            "packages": .object(entries), "metadata": ["generated": .string(Timestamp.text(midnight))],
        ]
    }

    /// The file's bytes.
    public var bytes: [UInt8] { Array(JSONValue.object(object).prettyPrinted.utf8) }
}
