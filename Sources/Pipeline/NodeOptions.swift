import ContainerImage
import SystemPackage

/// What `cosa buildextend-node` was asked for.
public struct NodeOptions: Sendable {
    /// The build that the image goes to, by id or tag; nil for the newest one.
    public var build: String?
    /// The treefile that is applied; nil for `src/config/node/manifest.yaml`.
    public var manifest: FilePath?
    /// The image below: the path of an OCI archive, or the text form of an `ImageSource`; nil for the build's own.
    public var base: String?
    /// Variables of the treefile; they win over what it defines.
    public var variables: [String: String] = [:]
    /// Make the image although nothing changed.
    public var force = false
    /// Refuse packages that no lockfile names.
    public var strict = false
    /// Download the metadata of the repositories anew.
    public var fetch = false
    /// How the registry of the base is reached.
    public var registry = RegistryOptions()

    /// A plain `cosa buildextend-node`.
    public init() {}
}

/// How `cosa buildextend-node` ended.
public struct NodeOutcome: Sendable, Codable, Equatable {
    /// The build.
    public var build: String
    /// The OCI archive, absolute.
    public var path: String
    /// False where nothing that shapes it changed since it was made.
    public var isNew: Bool
}
