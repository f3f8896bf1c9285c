extension OCIImage {
    /// The version, where the image has one.
    public var version: String? { labels[ImageLabels.version] }

    /// The name of the label that holds an image's version.
    public static var versionLabel: String { ImageLabels.version }

    /// The commit that the image was made of, where its labels name one and nothing lies on top of it; nil where the
    /// image shows another tree than any commit that it holds.
    public var wholeCommit: String? {
        guard let finalDiffID = labels[ImageLabels.finalDiffID],
            configuration.rootfs.diffIDs.last == finalDiffID
        else { return nil }
        return labels[ImageLabels.commit]
    }

    /// How its top layer is compressed; gzip where that is anything else than zstd.
    public var compressor: LayerCompression.Compressor {
        manifest.layers.last?.mediaType == OCIMediaType.zstdLayer ? .zstd : .gzip
    }

    /// A path of a commit as a container shows it: `usr/etc` is `etc`.
    public static func containerPath(_ path: String) -> String { RepositoryLayout.containerPath(path) }
}
