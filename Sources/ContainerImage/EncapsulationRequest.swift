import Foundation
import SystemPackage

/// What to make an image of, and where.
public struct EncapsulationRequest: Sendable {
    /// The OSTree repository that holds the commit.
    public var repository: FilePath
    /// The commit's checksum, or a ref.
    public var commit: String
    /// The packages in the commit. Content that none of them owns goes to a layer of its own, and so does the initramfs.
    public var components: [Component]
    /// Labels on top of those that come from the commit, which they replace where the names are equal.
    public var labels: [String: String]
    /// The greatest number of layers, the commit's own included; 4 at least.
    public var maxLayers: Int
    /// The layout of the layers.
    public var format: LayerFormat
    /// The processor, in RPM's or OCI's words.
    public var architecture: String
    /// The OCI archive to write. It appears whole and read-only.
    public var output: FilePath
    /// A directory for what is removed again; made where it does not exist, and used by one encapsulation at a time.
    public var workDirectory: FilePath
    /// A directory that keeps this image's layers for the next one; nil for none.
    public var layerCache: FilePath?
    /// gzip's level, 1 (fast) to 9 (small).
    public var compressionLevel: Int32
    /// How many layers are written at the same time.
    public var parallelism: Int

    /// Describes an image.
    public init(
        repository: FilePath, commit: String, components: [Component], labels: [String: String] = [:],
        maxLayers: Int = 64, format: LayerFormat = .sparse, architecture: String, output: FilePath,
        workDirectory: FilePath, layerCache: FilePath? = nil, compressionLevel: Int32 = 6,
        parallelism: Int = ProcessInfo.processInfo.activeProcessorCount
    ) {
        self.repository = repository
        self.commit = commit
        self.components = components
        self.labels = labels
        self.maxLayers = maxLayers
        self.format = format
        self.architecture = architecture
        self.output = output
        self.workDirectory = workDirectory
        self.layerCache = layerCache
        self.compressionLevel = compressionLevel
        self.parallelism = parallelism
    }
}
