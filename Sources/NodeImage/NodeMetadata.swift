import RPM
import Treefile

/// The files that end a node's layer, so that tools find what an image is made of by its last layer alone
/// (openshift/os `scripts/generate-metadata`, `scripts/generate-labels`).
struct NodeMetadata {
    /// Where they are.
    static let directory = "usr/share/openshift"

    /// The files by name, in the order in which they are written.
    let files: [(name: String, bytes: [UInt8])]

    /// - `meta.json`: name and version of the image, what it was made on top of (`base`: version, commit and the digest
    ///   of its manifest), and `rpmdb.pkglist`, all packages as lists of name, epoch, version, release and
    ///   architecture, sorted, as the commit metadata `rpmostree.rpmdb.pkglist` has those of the base.
    /// - `labels.json`: the image's labels, for who sees its files only.
    ///
    /// - Parameter packages: all packages in the image.
    init(_ request: NodeImageRequest, packages: [PackageHeader]) throws {
        let rows = packages.map { [$0.name, "\($0.epoch)", $0.version, $0.release, $0.arch] }
            .sorted { $0.lexicographicallyPrecedes($1) }
        var base: [String: ConfigValue] = [
            "ostree-commit": .string(request.base.commit), "manifest-digest": .string(request.image.manifestDigest),
        ]
        base["version"] = request.image.version.map(ConfigValue.string)
        var metadata: [String: ConfigValue] = [
            "name": .string(request.name), "version": .string(request.version), "base": .object(base),
            "rpmdb.pkglist": .array(rows.map { .array($0.map(ConfigValue.string)) }),
        ]
        if !request.manifest.manifest.metadata.isEmpty {
            metadata["treefile-metadata"] = .object(request.manifest.manifest.metadata)
        }
        files = [
            ("meta.json", Array(try ConfigValue.object(metadata).compactJSON.utf8)),
            (
                "labels.json",
                Array(try ConfigValue.object(request.labels.mapValues(ConfigValue.string)).prettyJSON.utf8)
            ),
        ]
    }
}
