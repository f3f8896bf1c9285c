import Packages
import SystemPackage
import Treefile

/// Files of the configuration that are laid over the packages.
public struct OverlayLayer: Sendable, Equatable {
    /// How messages call it, such as `overlay.d/05core`.
    public var name: String
    /// A directory whose content goes to the root of the tree: `usr/`, `etc/`.
    public var path: FilePath
    /// Whether its files may replace those of packages and earlier layers (`overrides/rootfs`,
    /// `ostree-override-layers`); without it a different file at the same path is an error.
    public var replaces: Bool

    /// Describes a layer.
    public init(name: String, path: FilePath, replaces: Bool = false) {
        self.name = name
        self.path = path
        self.replaces = replaces
    }
}

/// Everything that a tree is composed of. Equal requests give equal commits.
public struct ComposeRequest: Sendable {
    /// The flattened treefile.
    public var manifest: FlattenedManifest
    /// The packages, in any order.
    public var packages: [DownloadedPackage]
    /// The overlay layers, in the order in which they are laid over the packages.
    public var layers: [OverlayLayer]
    /// The version of the commit; also goes to os-release where the treefile says so.
    public var version: String
    /// The time of everything, in seconds since 1970 (`SOURCE_DATE_EPOCH`).
    public var timestamp: Int64
    /// The base architecture, such as `x86_64`.
    public var basearch: String
    /// The bare-user repository that caches packages; made where it does not exist.
    public var cacheRepository: FilePath
    /// The bare-user repository that receives the commit; made where it does not exist. On one filesystem with the
    /// cache, objects are shared.
    public var targetRepository: FilePath
    /// A directory of this compose alone, on one filesystem with the cache; emptied first and last.
    public var workDirectory: FilePath
    /// A directory that keeps finished initramfs images by the digest of what went into them.
    public var initramfsCache: FilePath
    /// Files made by the caller, by path in the tree, such as `usr/share/coreos-assembler/image.json`.
    public var extraFiles: [String: [UInt8]]
    /// Commit metadata, stronger than the treefile's `add-commit-metadata`.
    public var metadata: [String: ConfigValue]
    /// The digest of all inputs, recorded as `rpmostree.inputhash`.
    public var inputHash: String

    /// Describes a compose.
    public init(
        manifest: FlattenedManifest, packages: [DownloadedPackage], layers: [OverlayLayer] = [], version: String,
        timestamp: Int64, basearch: String, cacheRepository: FilePath, targetRepository: FilePath,
        workDirectory: FilePath, initramfsCache: FilePath, extraFiles: [String: [UInt8]] = [:],
        metadata: [String: ConfigValue] = [:], inputHash: String
    ) {
        self.manifest = manifest
        self.packages = packages
        self.layers = layers
        self.version = version
        self.timestamp = timestamp
        self.basearch = basearch
        self.cacheRepository = cacheRepository
        self.targetRepository = targetRepository
        self.workDirectory = workDirectory
        self.initramfsCache = initramfsCache
        self.extraFiles = extraFiles
        self.metadata = metadata
        self.inputHash = inputHash
    }
}
