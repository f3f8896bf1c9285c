import Compose
import ContainerImage
import Packages
import RPM
import SystemPackage
import Treefile

/// What to make a node image of, and where. Equal requests give equal bytes.
public struct NodeImageRequest: Sendable {
    /// The image below.
    public var image: OCIImage
    /// Its commit.
    public var base: NodeBase
    /// The packages in it, as ``NodeBase/packages(scratch:)`` gives them.
    public var basePackages: [PackageHeader]
    /// The flattened treefile, read for `TreefilePurpose.application`.
    public var manifest: FlattenedManifest
    /// The packages to add, in any order.
    public var packages: [DownloadedPackage]
    /// The image's name, for the label `name`.
    public var name: String
    /// The image's version.
    public var version: String
    /// The time of everything, in seconds since 1970.
    public var timestamp: Int64
    /// The bare-user repository that caches packages and receives the tree.
    public var cacheRepository: FilePath
    /// A directory of this run alone, on one filesystem with the cache.
    public var workDirectory: FilePath
    /// How the layer is compressed.
    public var compression: LayerCompression
    /// The OCI archive to write. It appears whole and read-only.
    public var output: FilePath

    /// Describes a node image.
    public init(
        image: OCIImage, base: NodeBase, basePackages: [PackageHeader], manifest: FlattenedManifest,
        packages: [DownloadedPackage], name: String, version: String, timestamp: Int64, cacheRepository: FilePath,
        workDirectory: FilePath, compression: LayerCompression = .gzip, output: FilePath
    ) {
        self.image = image
        self.base = base
        self.basePackages = basePackages
        self.manifest = manifest
        self.packages = packages
        self.name = name
        self.version = version
        self.timestamp = timestamp
        self.cacheRepository = cacheRepository
        self.workDirectory = workDirectory
        self.compression = compression
        self.output = output
    }

    /// The labels: those of the base, so that importers know where its commit ends (`ostree.commit`,
    /// `ostree.final-diffid`), and what is known of the node.
    ///
    /// `io.openshift.metalayer` says that the top layer ends with /usr/share/openshift, `cpe` comes from os-release
    /// (openshift/os `Containerfile`, `scripts/generate-labels`).
    var labels: [String: String] {
        var labels = image.labels
        labels["io.openshift.metalayer"] = "true"
        labels["name"] = name
        labels["architecture"] = image.architecture
        labels["cpe"] = base.release["CPE_NAME"]
        labels[OCIImage.versionLabel] = version
        return labels
    }
}

/// A node image that was made.
public struct BuiltNode: Sendable {
    /// The image.
    public let image: DerivedImage
    /// What was done to the tree.
    public let statistics: ComposeStatistics
}
