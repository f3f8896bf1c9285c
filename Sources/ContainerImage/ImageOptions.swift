/// What an image is like, whatever it is made of.
public struct ImageOptions: Sendable, Equatable {
    /// The layout of the layers.
    public var format = LayerFormat.sparse
    /// The greatest number of layers, the commit's own included; ``minimumLayers`` at least.
    public var maxLayers = 64
    /// How layers are compressed.
    public var compression = LayerCompression.gzip
    /// Labels on top of those that come from the commit, which they replace where the names are equal.
    public var labels: [String: String] = [:]
    /// Keys of the commit's metadata that become labels; an image without one of them is not made.
    public var copiedMetadata: [String] = []
    /// Keys of the commit's metadata that become labels where they are there.
    public var optionalCopiedMetadata: [String] = []
    /// What a container runs; nil for what the commit says (`ostree.container-cmd`), or else ``execution``.
    public var command: [String]?
    /// How a container runs; nil for nothing but labels and the command.
    public var execution: ExecutionConfiguration?

    /// The defaults.
    public init() {}

    /// The commit's layer, one for packages, and those of the initramfs, the package database and unowned files.
    public static let minimumLayers = LayerPacker.minimumLayers + 1

    /// The labels that come from the commit itself.
    public static let commitLabels: Set<String> = [
        ImageLabels.commit, ImageLabels.finalDiffID, ImageLabels.version, "ostree.bootable", "ostree.linux",
        "rpmostree.inputhash",
    ]
}
