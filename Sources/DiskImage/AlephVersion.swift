/// What a disk was first made from: `/sysroot/.aleph-version.json`, which stays when the system is updated
/// (osbuild's `org.osbuild.ostree.aleph`).
struct AlephVersion: Codable, Equatable {
    /// The build's version.
    let version: String
    /// The ref of its commit.
    let ref: String
    /// The commit.
    let ostreeCommit: String
    /// The container image of the commit.
    let containerImage: ContainerIdentity?

    enum CodingKeys: String, CodingKey {
        case version, ref
        case ostreeCommit = "ostree-commit"
        case containerImage = "container-image"
    }
}

/// A container image as a disk's first version names it.
public struct ContainerIdentity: Sendable, Equatable, Codable {
    /// The image reference that it would be pulled from.
    public var imageName: String
    /// The digest of its manifest.
    public var imageDigest: String
    /// Its labels.
    public var imageLabels: [String: String]

    /// An identity with all of its values.
    public init(imageName: String, imageDigest: String, imageLabels: [String: String] = [:]) {
        self.imageName = imageName
        self.imageDigest = imageDigest
        self.imageLabels = imageLabels
    }

    enum CodingKeys: String, CodingKey {
        case imageName = "image-name"
        case imageDigest = "image-digest"
        case imageLabels = "image-labels"
    }
}
