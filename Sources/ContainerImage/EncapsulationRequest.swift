import Foundation
import SystemPackage

/// What to make an image of, and where. The members of ``options`` are members of the request, too.
@dynamicMemberLookup
public struct EncapsulationRequest: Sendable {
    /// The OSTree repository that holds the commit.
    public var repository: FilePath
    /// The commit's checksum, or a ref.
    public var commit: String
    /// The packages in the commit. Content that none of them owns goes to a layer of its own, and so do the
    /// initramfs and the database of packages.
    public var components: [Component]
    /// What the image is like.
    public var options: ImageOptions
    /// The processor, in RPM's or OCI's words.
    public var architecture: String
    /// The OCI archive to write. It appears whole and read-only.
    public var output: FilePath
    /// A directory for what is removed again; made where it does not exist, and used by one encapsulation at a time.
    public var workDirectory: FilePath
    /// A directory that keeps this image's layers for the next one of the same format and compressor; nil for none.
    public var layerCache: FilePath?
    /// How many threads compress. The result does not depend on it.
    public var parallelism: Int

    /// Describes an image.
    public init(
        repository: FilePath, commit: String, components: [Component], options: ImageOptions = ImageOptions(),
        architecture: String, output: FilePath, workDirectory: FilePath, layerCache: FilePath? = nil,
        parallelism: Int = ProcessInfo.processInfo.activeProcessorCount
    ) {
        self.repository = repository
        self.commit = commit
        self.components = components
        self.options = options
        self.architecture = architecture
        self.output = output
        self.workDirectory = workDirectory
        self.layerCache = layerCache
        self.parallelism = parallelism
    }

    /// A member of ``options``.
    public subscript<Value>(dynamicMember member: WritableKeyPath<ImageOptions, Value>) -> Value {
        get { options[keyPath: member] }
        set { options[keyPath: member] = newValue }
    }
}
