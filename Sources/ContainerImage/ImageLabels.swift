import GLib
import OSTree

/// The labels that make an image an OSTree image: `config.Labels` and the manifest's annotations (ostree-ext
/// `src/container/encapsulate.rs`).
enum ImageLabels {
    static let commit = "ostree.commit"
    static let finalDiffID = "ostree.final-diffid"
    static let bootable = "containers.bootc"
    static let version = "org.opencontainers.image.version"

    /// The labels of an image of a commit.
    ///
    /// - Parameter finalDiffID: the last layer's; nil for layers without OSTree objects.
    /// - Throws: ``ContainerImageError/noCommitMetadata(_:)`` for a key that shall be copied and is not there.
    static func labels(
        commit checksum: String, _ commit: CommitObject, finalDiffID diffID: String?, options: ImageOptions
    ) throws(ContainerImageError) -> [String: String] {
        var labels: [String: String] = [:]
        if let diffID { labels = [Self.commit: checksum, finalDiffID: diffID] }
        labels[version] = commit.metadata["version"]?.string
        if commit.metadata["ostree.bootable"]?.boolean == true {
            labels["ostree.bootable"] = "true"
            labels["containers.bootc"] = "1"
        }
        for key in ["ostree.linux", "rpmostree.inputhash"] + options.optionalCopiedMetadata {
            if let value = commit.metadata[key]?.labelText { labels[key] = value }
        }
        for key in options.copiedMetadata {
            guard let value = commit.metadata[key]?.labelText else { throw .noCommitMetadata(key) }
            labels[key] = value
        }
        return labels.merging(options.labels) { _, custom in custom }
    }
}

extension Variant {
    /// A metadata value as a label: texts, truth values and numbers; nil for other types.
    fileprivate var labelText: String? { string ?? boolean.map { "\($0)" } ?? integer.map { "\($0)" } }
}
