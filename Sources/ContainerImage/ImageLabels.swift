import OSTree

/// The labels that make an image an OSTree image: `config.Labels` and the manifest's annotations (ostree-ext
/// `src/container/encapsulate.rs`).
enum ImageLabels {
    static let commit = "ostree.commit"
    static let finalDiffID = "ostree.final-diffid"
    static let bootable = "containers.bootc"
    static let version = "org.opencontainers.image.version"

    /// The labels for a commit whose last layer has the given diffID; `custom` wins over what the commit says.
    static func labels(
        commit checksum: String, _ commit: CommitObject, finalDiffID diffID: String, custom: [String: String]
    ) -> [String: String] {
        var labels = [Self.commit: checksum, finalDiffID: diffID]
        labels[version] = commit.metadata["version"]?.string
        if commit.metadata["ostree.bootable"]?.boolean == true {
            labels["ostree.bootable"] = "true"
            labels["containers.bootc"] = "1"
        }
        for key in ["ostree.linux", "rpmostree.inputhash"] {
            if let value = commit.metadata[key]?.string { labels[key] = value }
        }
        return labels.merging(custom) { _, custom in custom }
    }
}
